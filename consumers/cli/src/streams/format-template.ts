import { InvalidArgumentError } from 'commander';
import { parseField, readField } from './message-fields.ts';
import type { SeenMessage } from './read-event.ts';

/** Writes one message as a line of text. */
export type Template = (message: SeenMessage) => string;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };

/** A field in braces, a doubled brace, an escape, a single brace (which is an error), or other text. */
const PART = /\{\{|\}\}|\{([\w.]*)\}|\\(.)|[{}]|\\|[^{}\\]+/gs;

/**
 * Parses a template such as `{offset} {body.amount}\n`: a field in braces stands for its value, or for `-` if the message has none.
 * Throws Commander's InvalidArgumentError, which becomes exit code 2.
 */
export function parseTemplate(text: string): Template {
  const parts = [...text.matchAll(PART)].map(([part, field, letter]): string | Template => {
    if (part === '{{' || part === '}}') return part.slice(1);
    if (field !== undefined) {
      const name = parseField(field);
      return (message) => readField(message, name) ?? '-';
    }
    const escaped = letter === undefined ? undefined : ESCAPES[letter];
    if (escaped !== undefined) return escaped;
    if (/^[{}\\]/.test(part)) {
      throw new InvalidArgumentError(
        `${part} has no meaning here: {FIELD} is a field, {{ and }} are braces, \\n, \\t and \\\\ are escapes.`,
      );
    }
    return part;
  });
  return (message) => parts.map((part) => (typeof part === 'string' ? part : part(message))).join('');
}
