import type { IncomingMessage, ServerResponse } from 'node:http';
import { isPictureKey, PICTURES_PATH, type PictureStore } from '../../application/pictures.ts';

const HEADERS = {
  'content-type': 'image/webp',
  // A key's bytes never change.
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
};

/** Answers GET below /pictures/ with the stored picture, or 404. */
export function servePictures(store: PictureStore) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = (request.url ?? '').split('?', 1)[0]?.slice(PICTURES_PATH.length) ?? '';
    const bytes = isPictureKey(key) ? await store.get(key) : undefined;
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { ...HEADERS, 'content-length': bytes.byteLength }).end(bytes);
  };
}
