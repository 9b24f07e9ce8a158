import type { ServiceImpl } from '@connectrpc/connect';
import type { PictureService } from '@gavel/proto/gen/bids/v1/bids_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import type { PictureEncoder, PictureStore } from '../../application/pictures.ts';
import { uploadPicture } from '../../application/upload-picture.ts';

/** Most bytes of an upload: 10 MiB of picture are 14 MiB of JSON, in base64. */
export const MAX_UPLOAD_BYTES = 15 * 1024 * 1024;

/** bids.v1.PictureService: reads the request, runs its one use case, shapes the answer. */
export function createPictureService(
  encoder: PictureEncoder,
  store: PictureStore,
): ServiceImpl<typeof PictureService> {
  return {
    async uploadPicture({ data }, context) {
      requireCaller(context);
      const { path, sizes } = unwrap(await uploadPicture(encoder, store, data));
      return { path, sizes: [...sizes] };
    },
  };
}
