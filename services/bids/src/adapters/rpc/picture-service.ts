import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceImpl } from '@connectrpc/connect';
import type { PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireVerifiedCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { getPicture, PICTURES_PATH, uploadPicture } from '../../application/pictures.ts';
import type { PictureEncoder, PictureStore } from '../../application/ports.ts';

/** The largest request body of an upload: 10 MiB of picture are 14 MiB of JSON, in base64. */
export const MAX_UPLOAD_BYTES = 15 * 1024 * 1024;

const HEADERS = {
  'content-type': 'image/webp',
  // The bytes of a key never change.
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
};

/** bids.v1.PictureService: the upload of pictures. */
export function createPictureService(ports: {
  encoder: PictureEncoder;
  pictures: PictureStore;
}): ServiceImpl<typeof PictureService> {
  return {
    async uploadPicture({ data }, context) {
      requireVerifiedCaller(context);
      const { path, sizes } = unwrap(await uploadPicture(ports, { data }));
      return { path, sizes: [...sizes] };
    },
  };
}

/** Answers GET below /pictures/ with the stored picture, or with 404. */
export function servePictures(ports: { pictures: PictureStore }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key = (request.url ?? '').split('?', 1)[0]?.slice(PICTURES_PATH.length) ?? '';
    const bytes = await getPicture(ports, { key });
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { ...HEADERS, 'content-length': bytes.byteLength }).end(bytes);
  };
}
