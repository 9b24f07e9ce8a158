import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { problemsOf } from '../system/page-forms.ts';
import { createWebVisitor, type WebVisitor } from './web-visitor.ts';

export interface VerifyOptions {
  /** The public address of the web app. */
  readonly url: string;
  /** How long an event may take to a page, in milliseconds. */
  readonly patienceMs: number;
  /** Addresses of processes by name. Each must say that it is ready. */
  readonly processes?: Readonly<Record<string, string>>;
}

export interface StepResult {
  readonly step: string;
  readonly ms: number;
  /** Undefined when the step succeeded. */
  readonly problem?: string;
  /** The part of Gavel that does not work. */
  readonly part?: string;
}

/** A failed step, and the part that it shows to be broken. */
class BrokenPart extends Error {
  readonly part: string;
  constructor(part: string, message: string) {
    super(message);
    this.part = part;
  }
}

const POLL_MS = 200;
const RELAY = 'relay-bids';
const CONSUMERS = ['consumer-user-stats', 'consumer-notifications'];

/**
 * Uses Gavel as people do, through its public pages: two people register, one lists an item, the other bids, and the bid must
 * reach an open page, the bidder's statistics and the seller's notifications. At the end the bidder buys the item, so nothing stays
 * open; an item of a run that failed before ends by itself after a quarter of an hour.
 * @returns each step with its time. A step after a failed one that it needs is missing
 */
export async function verify(options: VerifyOptions): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const step = async <T>(name: string, part: string, run: () => Promise<T>): Promise<T | undefined> => {
    const { value, ...result } = await timedStep(name, part, run);
    results.push(result);
    return value;
  };
  for (const [name, url] of Object.entries(options.processes ?? {}))
    await step(`${name} is ready`, name, () => isReady(url));
  if (failed(results)) return results;

  const [seller, bidder, guest] = [0, 1, 2].map(() => createWebVisitor(options.url)) as [
    WebVisitor,
    WebVisitor,
    WebVisitor,
  ];
  await step('the web app answers', 'bff', () => guest.read('/healthz'));
  if (failed(results)) return results;
  await step('two people register', 'auth', () =>
    Promise.all([register(seller, 'Verify Seller'), register(bidder, 'Verify Bidder')]),
  );
  if (failed(results)) return results;
  const itemId = await step('an item is listed', 'bids', () => listItem(seller));
  if (itemId === undefined) return results;
  const item = `/items/${itemId}`;
  const live = await step('a page opens its live stream', 'bff', () => guest.listen(`/live?items=${itemId}`));
  if (live === undefined) return results;
  try {
    await step('a bid is accepted', 'bids', () => bidder.submit(item, 'Place a bid', { amount: '20.00' }));
    if (failed(results)) return results;
    const { patienceMs } = options;
    const arrivals = await Promise.all([
      timedStep('the price is live', 'bff', () =>
        live.says('"currentHighestBid":"2000"', AbortSignal.timeout(patienceMs)),
      ),
      timedStep('the statistics count the bid', 'user-stats', () => statistics(bidder, patienceMs)),
      timedStep('the seller is notified', 'notifications', () => notification(seller, patienceMs)),
    ]);
    results.push(...withOneCause(arrivals));
    await step('the item is bought, so nothing stays open', 'bids', () => bidder.submit(item, 'Buy now', {}));
    return results;
  } finally {
    live.close();
  }
}

const failed = (results: readonly StepResult[]): boolean =>
  results.some(({ problem }) => problem !== undefined);

/**
 * The relay feeds both consumers. When neither shows the bid, it is the relay that stands still. The live price says nothing about
 * it: the web app that passed on a bid tells its own pages at once.
 */
export function withOneCause(arrivals: readonly StepResult[]): readonly StepResult[] {
  const missing = new Set(arrivals.map(({ part }) => part));
  if (!CONSUMERS.every((name) => missing.has(name))) return arrivals;
  return arrivals.map((arrival) => (arrival.part === undefined ? arrival : { ...arrival, part: RELAY }));
}

async function timedStep<T>(
  step: string,
  part: string,
  run: () => Promise<T>,
): Promise<StepResult & { readonly value?: T }> {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  try {
    const value = await run();
    return { step, ms: since(), value };
  } catch (error) {
    const named = error instanceof BrokenPart ? error.part : part;
    return { step, ms: since(), problem: messageOf(error), part: named };
  }
}

/** `fetch failed` alone says nothing; its cause says what failed. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function isReady(url: string): Promise<void> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
}

async function register(visitor: WebVisitor, name: string): Promise<void> {
  const next = await visitor.submit('/register', 'Create an account', {
    full_name: name,
    email: `verify.${randomUUID()}@example.com`,
    password: `correct horse ${randomUUID()}`,
  });
  if (next === undefined) throw new Error('the form was shown again');
}

async function listItem(seller: WebVisitor): Promise<string> {
  const path = await seller.submit('/sell', 'List an item', {
    title: 'A check of this Gavel',
    description: 'Listed by `make verify`, and bought by it.',
    category: '',
    start_price: '20.00',
    currency: 'USD',
    duration: '15',
    duration_unit: 'minutes',
    end_at: '',
    buy_now_price: '100.00',
  });
  const itemId = /\/items\/([0-9a-f-]{36})/.exec(path ?? '')?.[1];
  if (itemId === undefined) throw new Error('the form did not lead to an item');
  return itemId;
}

async function statistics(bidder: WebVisitor, patienceMs: number): Promise<void> {
  await untilShown(bidder, patienceMs, {
    path: '/dashboard',
    wanted: /data-testid="total-bids"[^>]*>1</,
    service: 'user-stats',
    consumer: 'consumer-user-stats',
  });
}

async function notification(seller: WebVisitor, patienceMs: number): Promise<void> {
  await untilShown(seller, patienceMs, {
    path: '/notifications',
    wanted: /received its first bid/,
    service: 'notifications',
    consumer: 'consumer-notifications',
  });
}

interface Shown {
  readonly path: string;
  readonly wanted: RegExp;
  readonly service: string;
  readonly consumer: string;
}

/** Reads a page again until it shows what is wanted; otherwise it is the service or the consumer behind it that is broken. */
async function untilShown(visitor: WebVisitor, patienceMs: number, shown: Shown): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const page = await visitor.read(shown.path);
    if (shown.wanted.test(page)) return;
    if (performance.now() > deadline) {
      const problem = problemsOf(page);
      throw problem === ''
        ? new BrokenPart(shown.consumer, `${shown.path} did not show it after ${patienceMs / 1000} s`)
        : new BrokenPart(shown.service, `${shown.path} says: ${problem}`);
    }
    await delay(POLL_MS);
  }
}
