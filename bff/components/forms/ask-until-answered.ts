import type { BidAnswer } from '../../model/bid-answer.ts';
import type { FormState } from '../../model/form.ts';

const ANSWER_WITHIN_MS = 12_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
const GIVE_UP_AFTER_MS = 120_000;

/**
 * Sends a bid until somebody answers whether it was accepted. Each request has the same key, so it is one bid. `onUnknown` is
 * called when an answer was lost. After two minutes, the form gets its key and values back, and the person decides.
 */
export async function askUntilAnswered(
  path: string,
  form: FormData,
  onUnknown: () => void,
): Promise<FormState> {
  const startedAt = performance.now();
  let pauseMs = FIRST_PAUSE_MS;
  let unknown = false;
  while (performance.now() - startedAt < GIVE_UP_AFTER_MS) {
    const answer = await send(path, form);
    if (answer?.decided === 'yes' || (answer?.decided === 'no' && !unknown)) return answer.state;
    if (answer?.state.remedy) return { ...unansweredForm(form), remedy: answer.state.remedy };
    unknown = true;
    onUnknown();
    await pauseOrOnline(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  return unansweredForm(form);
}

/** Undefined when no answer arrived, or one that is not the application's (a proxy answers 502). */
async function send(path: string, body: FormData): Promise<BidAnswer | undefined> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(path, { method: 'POST', body, signal });
    return response.ok ? ((await response.json()) as BidAnswer) : undefined;
  } catch (error) {
    console.info('no answer about the bid', error);
    return undefined;
  }
}

/** Waits, but not longer than until the browser is online again. */
function pauseOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      removeEventListener('online', done);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}

function unansweredForm(form: FormData): FormState {
  const names = ['amount', 'as_maximum', 'idempotency_key'];
  const values = Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? '')]));
  const message =
    'We still do not know whether your bid was placed. It is safe to submit the same form again: it is the same bid.';
  return { status: 'failed', message, values };
}
