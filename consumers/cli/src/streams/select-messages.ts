import { isSubscription, subjectMatches } from '@gavel/proto/subjects';
import { InvalidArgumentError } from 'commander';
import type { SeenMessage } from './read-event.ts';

/** Parses a subscription in NATS form. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseSubscription(text: string): string {
  if (isSubscription(text)) return text;
  throw new InvalidArgumentError(
    'It is not a subscription: * stands for one token, > for one or more tokens at the end.',
  );
}

/** Parses a number of messages, 1 or more. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above zero.');
}

/** Whether a message matches a subscription. A message without an envelope has no subject and matches none. */
export function isSelected(message: SeenMessage, subscription: string | undefined): boolean {
  if (subscription === undefined) return true;
  return message.envelope !== null && subjectMatches(subscription, message.envelope.subject);
}
