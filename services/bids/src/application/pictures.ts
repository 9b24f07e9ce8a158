import type { Outcome } from '@gavel/service-runtime/failure';

/** One size of a picture, ready to be shown: WebP, upright, without metadata. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

export type PictureProblem = 'PICTURE_TOO_LARGE' | 'PICTURE_TYPE_UNKNOWN' | 'PICTURE_UNREADABLE';

/** Makes of whatever was sent what may be shown. */
export interface PictureEncoder {
  /** The sizes, smallest first, at least one. The type is told by the bytes; nothing of them is kept as it was. */
  encode(bytes: Uint8Array): Promise<Outcome<readonly EncodedPicture[], PictureProblem>>;
}

/** Where encoded pictures are kept. A key is written once or again with the same bytes, and never changes. */
export interface PictureStore {
  /** Resolves once the bytes are durable. Throws when the store cannot be reached. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when nothing was put under the key. */
  get(key: string): Promise<Uint8Array | undefined>;
}

// `<SHA-256 of the largest size>/<width>.webp`
const KEY = /^[0-9a-f]{64}\/[1-9][0-9]{0,4}\.webp$/;

/** Whether a key can be one of a stored picture; nothing else is ever asked of a store. */
export function isPictureKey(key: string): boolean {
  return KEY.test(key);
}

/** Path under which the site shows stored pictures. */
export const PICTURES_PATH = '/pictures/';
