import 'server-only';
import { createLogger } from '@gavel/observability/logger';
import { config } from '../config.ts';
import type { CallFailure, CallOutcome, FailureReason } from '../model/call-outcome.ts';
import { as, call, pictureClient } from './call-services.ts';
import type { SignedIn } from './session/session.ts';

const log = createLogger('bff');

const KEY = /^[0-9a-f]{64}\/[1-9][0-9]{0,4}\.webp$/;
const TIMEOUT_MS = 10_000;
// Other people's pictures may be encoded first.
const UPLOAD_MS = 30_000;
const MOST_BYTES = 10 * 1024 * 1024;

const headers = {
  'content-type': 'image/webp',
  // The bytes of a key never change: the key is a hash of the picture's content.
  'cache-control': 'public, max-age=31536000, immutable',
};

/** Passes on the picture that bids stores under a key. 404 when there is none, 503 when bids does not answer. */
export async function storedPicture(key: string, signal: AbortSignal): Promise<Response> {
  if (!KEY.test(key)) return new Response(null, { status: 404 });
  const url = new URL(`/pictures/${key}`, config().BIDS_URL);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    if (answer.status === 200) return new Response(answer.body, { headers });
    await answer.body?.cancel();
    return new Response(null, { status: answer.status === 404 ? 404 : 503 });
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'picture could not be read');
    return new Response(null, { status: 503, headers: { 'retry-after': '5' } });
  }
}

export interface Uploaded {
  /** Site paths of the stored pictures, in order. */
  paths: string[];
  /** The files that were refused, by the names that the person's machine gave them. */
  refused: { name: string; failure: CallFailure }[];
  /** Why no more files were tried. It is not about a file: bids did not answer, for example. */
  failure?: CallFailure;
}

const aboutOneFile: ReadonlySet<FailureReason> = new Set([
  'PICTURE_TOO_LARGE',
  'PICTURE_TYPE_UNKNOWN',
  'PICTURE_UNREADABLE',
]);

/** Stores the files of a form's `uploads`, one after the other. A refused file does not stop the others. Names are not sent. */
export async function uploadPictures(form: FormData, session: SignedIn): Promise<Uploaded> {
  const files = form.getAll('uploads').filter((file) => file instanceof File && file.size > 0) as File[];
  const uploaded: Uploaded = { paths: [], refused: [] };
  for (const file of files) {
    const outcome = await upload(file, session);
    if (outcome.ok) uploaded.paths.push(outcome.value.path);
    else if (aboutOneFile.has(outcome.reason)) uploaded.refused.push({ name: file.name, failure: outcome });
    else return { ...uploaded, failure: outcome };
  }
  return uploaded;
}

async function upload(file: File, session: SignedIn): Promise<CallOutcome<{ path: string }>> {
  if (file.size > MOST_BYTES)
    return { ok: false, service: 'bids', reason: 'PICTURE_TOO_LARGE', metadata: {} };
  const data = new Uint8Array(await file.arrayBuffer());
  return call('bids', () =>
    pictureClient().uploadPicture({ data }, { ...as(session), timeoutMs: UPLOAD_MS }),
  );
}
