import { call } from '../rpc/call.ts';
import type { CallFailure } from '../rpc/call-failure.ts';
import { as, pictureClient } from '../rpc/clients.ts';
import type { Session } from '../session/renewal.ts';

const MOST_BYTES = 10 * 1024 * 1024;

export interface Uploaded {
  /** Site paths of those that were stored, in order. */
  paths: string[];
  /** Why the next one was not; those after it were not tried. */
  failure?: CallFailure;
}

/** Stores the files of a form's `uploads`, one after the other. Their names and metadata go nowhere. */
export async function uploadPictures(
  form: FormData,
  session: Extract<Session, { kind: 'signed-in' }>,
): Promise<Uploaded> {
  const files = form.getAll('uploads').filter((file) => file instanceof File && file.size > 0) as File[];
  const paths: string[] = [];
  for (const file of files) {
    if (file.size > MOST_BYTES)
      return { paths, failure: { ok: false, service: 'bids', reason: 'PICTURE_TOO_LARGE', metadata: {} } };
    const data = new Uint8Array(await file.arrayBuffer());
    const outcome = await call('bids', () => pictureClient().uploadPicture({ data }, as(session)));
    if (!outcome.ok) return { paths, failure: outcome };
    paths.push(outcome.value.path);
  }
  return { paths };
}
