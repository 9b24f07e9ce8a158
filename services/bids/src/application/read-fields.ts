import { readTypedText, type TypedTextRules, textProblem } from '@gavel/proto/typed-text';
import type { FieldProblems } from '@gavel/service-runtime/failure';
import { validate as isUuid } from 'uuid';

/** The id in lower case; undefined when it is not a UUID. */
export function readId(value: string): string | undefined {
  return isUuid(value) ? value.toLowerCase() : undefined;
}

/** Text that both Postgres and protobuf can store. NUL is a problem; a lone surrogate becomes U+FFFD. */
export function readText(field: string, value: string, problems: FieldProblems): string {
  if (value.includes('\u0000')) problems[field] = 'must not contain NUL characters';
  return value.toWellFormed();
}

const title: TypedTextRules = { lines: 'one', isRequired: true, maxLength: 200 };
const description: TypedTextRules = { lines: 'many', isRequired: false, maxLength: 10_000 };
const category: TypedTextRules = { lines: 'one', isRequired: false, maxLength: 64 };

export function readTitle(value: string, problems: FieldProblems): string {
  return readTyped('title', value, title, problems);
}

export function readDescription(value: string, problems: FieldProblems): string {
  return readTyped('description', value, description, problems);
}

function readTyped(field: string, value: string, rules: TypedTextRules, problems: FieldProblems): string {
  const { text, problem } = readTypedText(value, rules);
  if (problem !== undefined) problems[field] = problem;
  return text;
}

/** Text without white space at its ends. */
export function readLine(field: string, value: string, problems: FieldProblems): string {
  return readText(field, value, problems).trim();
}

/**
 * A category as a path of lower-case tokens separated by '/'. Tokens contain letters, digits, marks, `_` and `-`; any other
 * characters between them become one `-`. So `Home & Garden / Clocks` becomes `home-garden/clocks`. Empty stays empty.
 */
export function readCategory(value: string, problems: FieldProblems): string {
  const typed = readTyped('category', value, category, problems);
  const path = typed.normalize('NFKC').toLowerCase().split('/').map(toToken).filter(Boolean).join('/');
  if (path === '' && typed !== '') problems.category ??= 'must contain a letter or a digit';
  // One character can become many, for example U+FDFA.
  if ([...path].length > category.maxLength) problems.category ??= textProblem.tooLong;
  return path;
}

function toToken(name: string): string {
  return name.replace(/[^\p{L}\p{N}\p{M}_-]+/gu, '-').replace(/^-+|-+$/g, '');
}

// Temporal also accepts other ISO 8601 forms (no separators, time zone names) and turns second 60 into 59.
const INSTANT =
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::[0-5]\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$/;

/**
 * Reads an ISO 8601 date and time with zone, rounded down to the millisecond. Anything else is a problem, including dates that
 * do not exist, such as 30 February, and leap seconds, which the database's clock does not have.
 */
export function readInstant(field: string, value: string, problems: FieldProblems): Date {
  const instant = INSTANT.test(value) ? parseInstant(value) : undefined;
  if (!instant) problems[field] = 'must be an ISO 8601 date and time with zone';
  return instant ?? new Date(Number.NaN);
}

function parseInstant(text: string): Date | undefined {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
