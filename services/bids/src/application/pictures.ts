import { createHash } from 'node:crypto';
import type { Outcome } from '@gavel/service-runtime/failure';
import type { EncodedPicture, PictureEncoder, PictureProblem, PictureStore } from './ports.ts';

/** The path under which the site shows stored pictures. */
export const PICTURES_PATH = '/pictures/';

// `<SHA-256 of the largest size>/<width>.webp`
const KEY = /^[0-9a-f]{64}\/[1-9][0-9]{0,4}\.webp$/;

export interface UploadedPicture {
  /** Site path of the largest size. */
  readonly path: string;
  /** Smallest first; pixels. */
  readonly sizes: readonly { readonly path: string; readonly width: number; readonly height: number }[];
}

/**
 * Encodes a picture again and stores its sizes. Their names are made from their content, so a picture that is sent twice is
 * stored once, and a retry does no harm. Nothing refers to a picture until an item lists it.
 */
export async function uploadPicture(
  { encoder, pictures }: { encoder: PictureEncoder; pictures: PictureStore },
  input: { data: Uint8Array },
): Promise<Outcome<UploadedPicture, PictureProblem>> {
  const encoded = await encoder.encode(input.data);
  if (!encoded.ok) return encoded;
  const largest = encoded.value.at(-1);
  if (!largest) throw new Error('the encoder returned no size');
  const name = createHash('sha256').update(largest.bytes).digest('hex');
  const keyOf = (size: EncodedPicture) => `${name}/${size.width}.webp`;
  await Promise.all(encoded.value.map((size) => pictures.put(keyOf(size), size.bytes)));
  const sizes = encoded.value.map((size) => ({
    path: PICTURES_PATH + keyOf(size),
    width: size.width,
    height: size.height,
  }));
  return { ok: true, value: { path: PICTURES_PATH + keyOf(largest), sizes } };
}

/** A stored picture; undefined when the key is malformed or does not exist. */
export async function getPicture(
  { pictures }: { pictures: PictureStore },
  input: { key: string },
): Promise<Uint8Array | undefined> {
  return KEY.test(input.key) ? await pictures.get(input.key) : undefined;
}
