import type { Outcome } from '@gavel/service-runtime/failure';
import pLimit from 'p-limit';
import sharp, { type Metadata } from 'sharp';
import type { EncodedPicture, PictureEncoder, PictureProblem } from '../../application/ports.ts';

// For cards, pages and the full width of a large screen. A picture is never enlarged.
const WIDTHS = [320, 800, 1_600];
const MAX_PIXELS = 50_000_000;
const MAX_SIDE = 16_383; // WebP's own limit
const QUALITY = 80;
// Decoding a picture of 50 million pixels takes about 200 MB, so only two are decoded at the same time.
const CONCURRENT_PICTURES = 2;

const READABLE = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);

// libvips reads dozens of formats, some with scripting engines (SVG, PDF, ImageMagick). Only the loaders of the five formats that
// people upload may run.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadHeifBuffer',
  ],
});
// One thread per picture, so that uploads leave processor time for bids.
sharp.concurrency(1);
sharp.cache(false);

/** Converts JPEG, PNG, WebP, AVIF and GIF (first frame) to WebP: upright, in sRGB, without EXIF or any other metadata. */
export function createSharpEncoder(): PictureEncoder {
  const limit = pLimit(CONCURRENT_PICTURES);
  return { encode: (bytes) => limit(encode, bytes) };
}

async function encode(bytes: Uint8Array): Promise<Outcome<EncodedPicture[], PictureProblem>> {
  const found = await readHeader(bytes);
  if (!found.ok) return found;
  const { width, height } = found.value.autoOrient;
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
    return problem(
      'PICTURE_TOO_LARGE',
      `${width} × ${height} pixels: at most 50 million, ${MAX_SIDE} a side`,
    );
  }
  const widths = new Set(WIDTHS.map((size) => Math.min(size, width)));
  try {
    const upright = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
    const sizes = await Promise.all(
      [...widths].map(async (size) => {
        const shrunk = upright.clone().resize({ width: size, withoutEnlargement: true });
        const { data, info } = await shrunk.webp({ quality: QUALITY }).toBuffer({ resolveWithObject: true });
        return { bytes: data, width: info.width, height: info.height };
      }),
    );
    return { ok: true, value: sizes };
  } catch (error) {
    return problem('PICTURE_UNREADABLE', `the picture is damaged: ${messageOf(error)}`);
  }
}

async function readHeader(bytes: Uint8Array): Promise<Outcome<Metadata, PictureProblem>> {
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
    // "heif" is a family of formats. This libvips decodes only AVIF, which is also the one that browsers use.
    const readable =
      READABLE.has(metadata.format) && (metadata.format !== 'heif' || metadata.compression === 'av1');
    if (readable) return { ok: true, value: metadata };
    return problem('PICTURE_TYPE_UNKNOWN', `${metadata.format} is not JPEG, PNG, WebP, AVIF or GIF`);
  } catch (error) {
    return problem('PICTURE_TYPE_UNKNOWN', `not JPEG, PNG, WebP, AVIF or GIF: ${messageOf(error)}`);
  }
}

function problem(reason: PictureProblem, message: string): Outcome<never, PictureProblem> {
  return { ok: false, reason, message };
}

// sharp's messages describe only the bytes and contain nothing about this machine.
function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
