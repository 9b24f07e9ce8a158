import { createHash } from 'node:crypto';
import type { Outcome } from '@gavel/service-runtime/failure';
import {
  type EncodedPicture,
  PICTURES_PATH,
  type PictureEncoder,
  type PictureProblem,
  type PictureStore,
} from './pictures.ts';

export interface UploadedPicture {
  /** Site path of the largest size. */
  readonly path: string;
  /** Smallest first; pixels. */
  readonly sizes: readonly { readonly path: string; readonly width: number; readonly height: number }[];
}

/**
 * Re-encodes a picture and stores its sizes. They are named by what they show, so the same picture sent twice is kept once
 * and a retry is harmless; nothing names them before an item does.
 */
export async function uploadPicture(
  encoder: PictureEncoder,
  store: PictureStore,
  bytes: Uint8Array,
): Promise<Outcome<UploadedPicture, PictureProblem>> {
  const encoded = await encoder.encode(bytes);
  if (!encoded.ok) return encoded;
  const largest = encoded.value.at(-1);
  if (!largest) throw new Error('the encoder gave no size');
  const name = createHash('sha256').update(largest.bytes).digest('hex');
  const keyOf = (size: EncodedPicture) => `${name}/${size.width}.webp`;
  await Promise.all(encoded.value.map((size) => store.put(keyOf(size), size.bytes)));
  const sizes = encoded.value.map((size) => ({
    path: PICTURES_PATH + keyOf(size),
    width: size.width,
    height: size.height,
  }));
  return { ok: true, value: { path: PICTURES_PATH + keyOf(largest), sizes } };
}
