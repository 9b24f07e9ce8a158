import { userInfo } from 'node:os';
import { InvalidArgumentError, Option } from 'commander';
import { CommandFailure } from '../command-failure.ts';

/** The option that carries out a plan, as in `groups seek`. `--yes` is the same. */
export function executeOption(): Option {
  return new Option('--yes, --execute', 'do it');
}

/** The line below a plan. */
export const notYet = 'Nothing has changed. Add --execute to do it.';

/** Names who decides, for the record. */
export function byOption(): Option {
  return new Option('--by <name>', 'who decides this (default: the user of this shell)').argParser(parseText);
}

/** Says why, for the record. */
export function whyOption(): Option {
  return new Option('--why <text>', 'why, for the record').argParser(parseText);
}

/** The name for the record: `--by`, or the operating system's user. Throws `usage` if that user has no name. */
export function decidedBy(by: string | undefined): string {
  if (by !== undefined) return by;
  try {
    return userInfo().username;
  } catch (error) {
    throw new CommandFailure('usage', 'the user of this shell has no name', 'Give one with --by.', error);
  }
}

const MAX_CHARACTERS = 1_000;

/** Parses a text for the record. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseText(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= MAX_CHARACTERS) return trimmed;
  throw new InvalidArgumentError(`It must have 1 to ${MAX_CHARACTERS} characters.`);
}
