import type { Outcome } from '@gavel/service-runtime/failure';
import pLimit from 'p-limit';
import sharp, { type Metadata } from 'sharp';
import type { EncodedPicture, PictureEncoder, PictureProblem } from '../../application/pictures.ts';

// Cards, pages, full width of a large screen. A picture is never made larger than it is.
const WIDTHS = [320, 800, 1_600];
const MAX_PIXELS = 50_000_000;
const MAX_SIDE = 16_383; // WebP's own limit
const QUALITY = 80;
// A picture of 50 million pixels takes some 200 MB while it is decoded, so only as many at a time.
const AT_A_TIME = 2;

const READABLE = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);

// libvips reads dozens of formats, some through scripting engines (SVG, PDF, ImageMagick). Only the loaders of the five
// that people upload may run at all.
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
// One thread a picture: uploads must not take the cores that bids need.
sharp.concurrency(1);
sharp.cache(false);

/** JPEG, PNG, WebP, AVIF and GIF (its first frame) as WebP, turned upright, in sRGB, without EXIF or any other metadata. */
export function createSharpEncoder(): PictureEncoder {
  const limit = pLimit(AT_A_TIME);
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
    // "heif" stands for a family of which AVIF is the one that browsers make and that this libvips decodes.
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

// sharp's messages speak of the bytes alone, never of this machine.
function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
