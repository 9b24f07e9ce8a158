/** Headers of this package, in a message that was delayed. */
const ATTEMPTS = 'x-gavel-attempts';
const DELAYS = 'x-gavel-delays';
/** Header of the broker, on a quorum queue: how often the delivery of the message has failed. */
const DELIVERY_COUNT = 'x-delivery-count';

type Headers = Readonly<Record<string, unknown>>;

/** The counts of the broker and of earlier attempts. Anything but a positive whole number counts as 0. */
export function readCounts(headers: Headers): { redeliveries: number; attempts: number; delays: number } {
  const count = (name: string): number => {
    const value = headers[name];
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, 1_000_000) : 0;
  };
  return { redeliveries: count(DELIVERY_COUNT), attempts: count(ATTEMPTS), delays: count(DELAYS) };
}

/** The headers of the producer, as text: a foreign client may have sent values of any type. */
export function textHeaders(headers: Headers): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('x-'));
  return Object.fromEntries(own.map(([name, value]) => [name, asText(value)]));
}

/** The headers of a message that is delivered again after a delay. */
export function delayedHeaders(
  headers: Readonly<Record<string, string>>,
  counts: { readonly attempts: number; readonly delays: number },
): Record<string, unknown> {
  return { ...headers, [ATTEMPTS]: counts.attempts, [DELAYS]: counts.delays };
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}
