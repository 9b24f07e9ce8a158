import type { Outcome } from '@gavel/service-runtime/failure';
import sharp, { type Metadata } from 'sharp';
import type { EncodedPicture, PictureProblem } from '../../application/ports.ts';

// For cards, pages and the full width of a large screen. A picture is never enlarged.
const WIDTHS = [320, 800, 1_600];
// The height is bounded as well: two pictures of 1,600 × 16,383 pixels once delayed a bid by 22 s.
const BOX = 1_600;
const MAX_PIXELS = 50_000_000;
// Decoding AVIF takes four times the memory of the other formats.
const MAX_AVIF_PIXELS = 25_000_000;
const MAX_SIDE = 16_383; // WebP's own limit
const QUALITY = 80;

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

/**
 * Converts JPEG, PNG, WebP, AVIF and GIF (first frame) to WebP: upright, in sRGB, inside a square of 1,600 pixels, without EXIF or
 * any other metadata. The sizes are 320, 800 and 1,600 pixels wide, smallest first, and never wider than the picture in that square.
 */
export async function encodePicture(bytes: Uint8Array): Promise<Outcome<EncodedPicture[], PictureProblem>> {
  const found = await readHeader(bytes);
  if (!found.ok) return found;
  const { width, height } = found.value.autoOrient;
  const most = found.value.format === 'heif' ? MAX_AVIF_PIXELS : MAX_PIXELS;
  if (width * height > most || Math.max(width, height) > MAX_SIDE) {
    return problem(
      'PICTURE_TOO_LARGE',
      `${width} × ${height} pixels: at most ${most / 1_000_000} million, ${MAX_SIDE} a side`,
    );
  }
  // It is decoded once; the smaller sizes are made from the largest.
  const largest = await decode(bytes);
  if (largest === undefined)
    return problem('PICTURE_UNREADABLE', 'the picture is damaged, or decoding it takes too much memory');
  const { data, info } = largest;
  const raw = { width: info.width, height: info.height, channels: info.channels };
  const sizes: EncodedPicture[] = [];
  for (const size of new Set(WIDTHS.map((size) => Math.min(size, info.width)))) {
    const shrunk = sharp(data, { raw }).resize({ width: size });
    const webp = await shrunk.webp({ quality: QUALITY }).toBuffer({ resolveWithObject: true });
    sizes.push({ bytes: webp.data, width: webp.info.width, height: webp.info.height });
  }
  return { ok: true, value: sizes };
}

/** The pixels of the picture in its square; undefined when it cannot be decoded. */
async function decode(bytes: Uint8Array) {
  try {
    return await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ width: BOX, height: BOX, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    if (isAboutThePicture(error)) return undefined;
    throw error;
  }
}

async function readHeader(bytes: Uint8Array): Promise<Outcome<Metadata, PictureProblem>> {
  const unknown = problem('PICTURE_TYPE_UNKNOWN', 'not a picture: not JPEG, PNG, WebP, AVIF or GIF');
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false, failOn: 'error' }).metadata();
    // "heif" is a family of formats. This libvips decodes only AVIF, which is also the one that browsers use.
    const readable =
      READABLE.has(metadata.format) && (metadata.format !== 'heif' || metadata.compression === 'av1');
    return readable ? { ok: true, value: metadata } : unknown;
  } catch (error) {
    if (isAboutThePicture(error)) return unknown;
    throw error;
  }
}

// sharp throws plain errors for whatever libvips says about the bytes. Its words are a library's, so callers do not get them.
function isAboutThePicture(error: unknown): boolean {
  return error instanceof Error && error.constructor === Error;
}

function problem(reason: PictureProblem, message: string): Outcome<never, PictureProblem> {
  return { ok: false, reason, message };
}
