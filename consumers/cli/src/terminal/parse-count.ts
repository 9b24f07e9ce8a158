import { InvalidArgumentError } from 'commander';

/** A whole number above zero; throws commander's InvalidArgumentError, which is exit code 2. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number above zero.');
}
