import type { DatabaseName } from '@gavel/processes';
import { InvalidArgumentError } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import type { Session } from '../connections/session.ts';
import { type KnownGroup, knownGroups, workQueues } from '../groups/known-groups.ts';
import { type DeadLetter, findDeadLetter } from './dead-letters.ts';

/** All groups that park events: those that read streams, and the consumers of work queues. */
export const parkingGroups: readonly KnownGroup[] = [...knownGroups, ...workQueues];

/** The databases that hold dead letters of a group, or of all groups. Throws `notFound` for an unknown group. */
export function deadLetterDatabases(group: string | undefined): readonly DatabaseName[] {
  if (group !== undefined) return [requireParkingGroup(group).database];
  return [...new Set(parkingGroups.map(({ database }) => database))];
}

/** The group that parked a dead letter found in a database. */
export function findParkingGroup(name: string, database: DatabaseName): KnownGroup | undefined {
  return parkingGroups.find((each) => each.name === name && each.database === database);
}

/** Parses the id of a dead letter. Throws Commander's InvalidArgumentError, which becomes exit code 2. */
export function parseDeadLetterId(text: string): bigint {
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('It is not the id of a dead letter; `gavel dead-letters ls` shows the ids.');
}

/** Parses one more id of a list. */
export function parseDeadLetterIds(text: string, before: readonly bigint[] | undefined): bigint[] {
  return [...(before ?? []), parseDeadLetterId(text)];
}

/** A dead letter and the group that parked it. */
export interface FoundDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly group: KnownGroup;
}

/**
 * Finds a dead letter by its id in all databases, or in the one of a group. Each database counts its own ids: throws `usage`
 * when several have this one and no group is given, and `notFound`.
 */
export async function requireDeadLetter(
  session: Session,
  id: bigint,
  groupName: string | undefined,
): Promise<FoundDeadLetter> {
  const found: FoundDeadLetter[] = [];
  for (const database of deadLetterDatabases(groupName)) {
    const deadLetter = await findDeadLetter(session.pool(database), id);
    const group = deadLetter && findParkingGroup(deadLetter.group, database);
    if (deadLetter !== undefined && group !== undefined) found.push({ deadLetter, group });
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
    `${found.map(({ group }) => group.name).join(' and ')} each have a dead letter ${id}`,
    'Choose one with --group; see `gavel dead-letters --help`.',
  );
}

function requireParkingGroup(name: string): KnownGroup {
  const found = parkingGroups.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `no consumer ${name}`,
    `The consumers are ${parkingGroups.map((each) => each.name).join(', ')}.`,
  );
}
