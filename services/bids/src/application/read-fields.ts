import type { Failure } from '@gavel/service-runtime/failure';
import { validate as isUuid } from 'uuid';

/** Fields that are not as they should be, by name, and what is wrong with each. */
export type FieldProblems = Record<string, string>;

/** The id in its one canonical form, or undefined for anything that cannot be an id. */
export function readId(value: string): string | undefined {
  return isUuid(value) ? value.toLowerCase() : undefined;
}

/** Text that Postgres and protobuf both hold. NUL is a problem; a lone surrogate becomes U+FFFD. */
export function readText(field: string, value: string, problems: FieldProblems): string {
  if (value.includes('\u0000')) problems[field] = 'must not contain NUL characters';
  return value.toWellFormed();
}

/** A line of text without blanks around it. */
export function readLine(field: string, value: string, problems: FieldProblems): string {
  return readText(field, value, problems).trim();
}

/**
 * A category as a path of lower-case tokens parted by '/': letters, digits, marks, `_` and `-`; whatever else stands
 * between them becomes one `-`, so `Home & Garden / Clocks` is `home-garden/clocks`. Empty stays empty.
 */
export function readCategory(value: string, problems: FieldProblems): string {
  const path = value.normalize('NFKC').toLowerCase().split('/').map(toToken).filter(Boolean).join('/');
  if (path === '' && value.trim() !== '') problems.category = 'must hold a letter or a digit';
  return path;
}

function toToken(name: string): string {
  return name.replace(/[^\p{L}\p{N}\p{M}_-]+/gu, '-').replace(/^-+|-+$/g, '');
}

/** The failure for fields with problems, or undefined when there are none. */
export function invalidFields(problems: FieldProblems): Failure<'INVALID_FIELD'> | undefined {
  const entries = Object.entries(problems);
  if (entries.length === 0) return undefined;
  const message = entries.map(([field, problem]) => `${field}: ${problem}`).join('; ');
  return { ok: false, reason: 'INVALID_FIELD', message, metadata: problems };
}
