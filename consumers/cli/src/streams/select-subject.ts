import { isSubscription, subjectMatches } from '@gavel/proto/subjects';
import { InvalidArgumentError } from 'commander';
import type { SeenMessage } from './read-event.ts';

/** Checks a subscription in NATS form; throws commander's InvalidArgumentError, which is exit code 2. */
export function parseSubscription(text: string): string {
  if (isSubscription(text)) return text;
  throw new InvalidArgumentError('It is no subscription: * is one token, > one or more and only the last.');
}

/** Whether a message is asked for. One without an envelope has no subject, so only `no --subject` shows it. */
export function isSelected(message: SeenMessage, subscription: string | undefined): boolean {
  if (subscription === undefined) return true;
  return message.envelope !== null && subjectMatches(subscription, message.envelope.subject);
}
