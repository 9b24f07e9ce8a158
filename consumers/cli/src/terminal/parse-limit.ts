import { InvalidArgumentError } from 'commander';

/** Parses a number of messages, 1 or more. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above zero.');
}
