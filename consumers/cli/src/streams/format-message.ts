import type { SeenMessage } from './read-event.ts';

/** A message for people: where and what on one line, the body below. */
export function formatMessage(message: SeenMessage): string {
  const { partition, offset, storedAt, envelope, body, problem, bytes } = message;
  const what = envelope ? `${envelope.subject}  #${envelope.sequence}  ${envelope.id}` : '(no event)';
  const lines = [`${partition}@${offset}  ${storedAt}  ${what}`];
  if (problem !== undefined) lines.push(`  ! ${problem}`);
  lines.push(bytes === undefined ? `  ${JSON.stringify(body)}` : `  ${shorten(bytes)}`);
  return lines.join('\n');
}

const SHOWN = 200;

function shorten(base64: string): string {
  return base64.length <= SHOWN
    ? base64
    : `${base64.slice(0, SHOWN)}… (${base64.length} characters of base64)`;
}
