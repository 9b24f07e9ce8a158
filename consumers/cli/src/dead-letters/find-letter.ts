import { InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';

import type { KnownGroup } from '../groups/known-groups.ts';
import { letterDatabases, letterOwners, requireLetterOwner } from './letter-owners.ts';
import { findLetter, type Letter } from './letters.ts';

/** Reads the number of a letter; throws commander's InvalidArgumentError, which is exit code 2. */
export function parseLetterId(text: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("It is no letter's number; `gavel dead-letters ls` shows them.");
}

/** The same for several. */
export function parseLetterIds(text: string, before: readonly bigint[] | undefined): bigint[] {
  return [...(before ?? []), parseLetterId(text)];
}

/** A letter and who parked it. */
export interface FoundLetter {
  readonly letter: Letter;
  readonly group: KnownGroup;
}

/**
 * Finds a letter in whichever database it is. Numbers are per database: throws `usage` when more than one has it and
 * `owner` does not say whose is meant, and `notFound`.
 */
export async function requireLetter(
  session: Session,
  id: bigint,
  owner: string | undefined,
): Promise<FoundLetter> {
  const databases = owner === undefined ? letterDatabases : [requireLetterOwner(owner).database];
  const found: FoundLetter[] = [];
  for (const database of databases) {
    const letter = await findLetter(session.pool(database), id);
    const group = letterOwners.find((each) => each.name === letter?.group && each.database === database);
    if (letter !== undefined && group !== undefined) found.push({ letter, group });
  }
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) {
    throw new CommandFailure(
      'notFound',
      `no dead letter ${id}`,
      '`gavel dead-letters ls --settled` lists all of them.',
    );
  }
  throw new CommandFailure(
    'usage',
    `${found.map(({ group }) => group.name).join(' and ')} each have a letter ${id}`,
    'Say which with --group; `gavel dead-letters --help` teaches.',
  );
}
