import type { DatabaseName } from '@gavel/processes';
import { CommandFailure } from '../command-failure.ts';
import { type KnownGroup, knownGroups, workQueues } from '../groups/known-groups.ts';

/** Everybody who parks events: the groups that read streams, and the consumers of work queues. */
export const letterOwners: readonly KnownGroup[] = [...knownGroups, ...workQueues];

/** The databases that hold letters, each once. */
export const letterDatabases: readonly DatabaseName[] = [
  ...new Set(letterOwners.map(({ database }) => database)),
];

/** Throws `notFound`, naming those there are. */
export function requireLetterOwner(name: string): KnownGroup {
  const found = letterOwners.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `no consumer ${name}`,
    `There are: ${letterOwners.map((each) => each.name).join(', ')}.`,
  );
}
