/**
 * A subject is both a NATS subject and an AMQP routing key: lower-case tokens of [a-z0-9_-] joined by dots, at most
 * 255 bytes, which is the length limit of an AMQP 0-9-1 short string (https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, 4.2.5.3).
 */
const TOKEN = /^[a-z0-9_-]+$/;
const SUBJECT = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const MAX_BYTES = 255;

/**
 * The subject of one event: `gavel.<context>.<event>.<aggregate id>`, for example
 * `gavel.bids.bid_placed.0190…`. Throws a RangeError when the parts do not make a subject.
 */
export function eventSubject(context: string, event: string, aggregateId: string): string {
  const subject = `gavel.${context}.${event}.${aggregateId}`;
  if (!isSubject(subject)) throw new RangeError(`not a subject: ${subject}`);
  return subject;
}

/** True for a literal subject, one without wildcards. */
export function isSubject(value: string): boolean {
  return value.length <= MAX_BYTES && SUBJECT.test(value);
}

/** True for a subscription in NATS form: `*` stands for one token, `>` for one or more and only as the last. */
export function isSubscription(value: string): boolean {
  if (value.length > MAX_BYTES) return false;
  const tokens = value.split('.');
  return tokens.every(
    (token, i) => token === '*' || (token === '>' && i === tokens.length - 1) || TOKEN.test(token),
  );
}

/**
 * The AMQP binding key that selects the same subjects as a NATS subscription. `>` becomes `*.#`, because AMQP's `#`
 * alone also matches zero tokens while NATS' `>` needs one. Throws a RangeError for anything that is not a subscription, and
 * for one of 254 or 255 bytes that ends in `>`: its key would be longer than AMQP's short strings.
 */
export function toBindingKey(subscription: string): string {
  if (!isSubscription(subscription)) throw new RangeError(`not a subscription: ${subscription}`);
  const key = subscription.replace(/(^|\.)>$/, '$1*.#');
  if (key.length > MAX_BYTES) throw new RangeError(`too long as a binding key: ${subscription}`);
  return key;
}

/** True when a literal subject is selected by a NATS subscription. */
export function subjectMatches(subscription: string, subject: string): boolean {
  const pattern = subscription.split('.');
  const tokens = subject.split('.');
  for (const [i, want] of pattern.entries()) {
    if (want === '>') return tokens.length > i;
    if (i >= tokens.length || (want !== '*' && want !== tokens[i])) return false;
  }
  return pattern.length === tokens.length;
}
