import { InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { groupDatabases, type KnownGroup, knownGroups } from '../groups/known-groups.ts';
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

/** A letter and the group that it belongs to, in whichever database it is. Throws `notFound`. */
export async function requireLetter(
  session: Session,
  id: bigint,
): Promise<{ readonly letter: Letter; readonly group: KnownGroup }> {
  for (const database of groupDatabases) {
    const letter = await findLetter(session.pool(database), id);
    const group = knownGroups.find((each) => each.name === letter?.group && each.database === database);
    if (letter !== undefined && group !== undefined) return { letter, group };
  }
  throw new CommandFailure(
    'notFound',
    `no dead letter ${id}`,
    '`gavel dead-letters ls --settled` lists all of them.',
  );
}
