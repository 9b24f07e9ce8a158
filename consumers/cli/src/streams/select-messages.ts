import { isSubscription, subjectMatches } from '@gavel/proto/subjects';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Output } from '../terminal/output.ts';
import { parseTemplate, type Template } from './format-template.ts';
import { parseField, readField } from './message-fields.ts';
import { formatMessage, type SeenMessage } from './read-event.ts';

/** Which messages a command shows, and how: the options that `peek` and `tail` have in common. */
export interface Selection {
  readonly subject?: string;
  readonly where?: readonly Condition[];
  readonly format?: Template;
}

/** `FIELD=VALUE` or `FIELD!=VALUE`. */
export interface Condition {
  readonly field: string;
  readonly value: string;
  readonly isEqual: boolean;
}

/** Adds the options of a Selection. */
export function withSelection(verb: Command): Command {
  return verb
    .option('--subject <subscription>', 'only these subjects, in NATS form', parseSubscription)
    .option(
      '--where <condition>',
      'only messages with FIELD=VALUE or FIELD!=VALUE; repeat it for more conditions, which must all hold',
      (text, earlier: readonly Condition[] = []) => [...earlier, parseCondition(text)],
    )
    .option('--format <template>', 'print this line per message, with {FIELD} for a value', parseTemplate);
}

/** Parses a subscription in NATS form. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
function parseSubscription(text: string): string {
  if (isSubscription(text)) return text;
  throw new InvalidArgumentError(
    'It is not a subscription: * stands for one token, > for one or more tokens at the end.',
  );
}

/** Parses a condition. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseCondition(text: string): Condition {
  const [, field, operator, value] = /^([\w.]+)(!?=)(.*)$/s.exec(text) ?? [];
  if (field === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be FIELD=VALUE or FIELD!=VALUE.');
  }
  return { field: parseField(field), value, isEqual: operator === '=' };
}

/** Whether a message is selected. One without an envelope has no subject and matches no subscription. */
export function isSelected(message: SeenMessage, { subject, where = [] }: Selection): boolean {
  const { envelope } = message;
  if (subject !== undefined && (envelope === null || !subjectMatches(subject, envelope.subject)))
    return false;
  return where.every(({ field, value, isEqual }) => (readField(message, field) === value) === isEqual);
}

/** What prints a message: JSON, the template, or the form for people. Throws `usage` for a template together with --json. */
export function messagePrinter(output: Output, { format }: Selection): (message: SeenMessage) => void {
  if (format !== undefined && output.json) {
    throw new CommandFailure('usage', '--format and --json exclude each other', 'Leave one of them out.');
  }
  const toText = format ?? formatMessage;
  return (message) => output.item(message, toText(message));
}
