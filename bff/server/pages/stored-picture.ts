import { createLogger } from '@gavel/observability/logger';
import { config } from '../../config.ts';

const log = createLogger('bff');

const KEY = /^[0-9a-f]{64}\/[1-9][0-9]{0,4}\.webp$/;
const TIMEOUT_MS = 10_000;

const headers = {
  'content-type': 'image/webp',
  // A key's bytes never change: bids names pictures by their content.
  'cache-control': 'public, max-age=31536000, immutable',
};

/** The picture that bids keeps under a key, handed on as it comes; 404 when there is none, 503 when bids does not answer. */
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
