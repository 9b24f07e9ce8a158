import type { ConsumerDefinition } from '@gavel/consumer-runtime/define-consumer';
import { userStatsConsumer } from '@gavel/consumer-user-stats/consumer';
import { CommandFailure } from '../command-failure.ts';
import type { DatabaseName } from '../connections/session.ts';

/** A group whose declaration this command line knows, so that it can hand events to its handler. */
export interface KnownGroup {
  readonly name: string;
  readonly definition: ConsumerDefinition;
  /** Where its checkpoints, processed events, dead letters and projection are. */
  readonly database: DatabaseName;
}

/** Every consumer group that reads a stream. A new one gets its line here. */
export const knownGroups: readonly KnownGroup[] = [
  // A handler is only ever given events of its own types, which the narrower type says.
  group(userStatsConsumer as unknown as ConsumerDefinition, 'stats'),
];

/** Throws `notFound`, naming those there are. */
export function requireGroup(name: string): KnownGroup {
  const found = knownGroups.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `no group ${name}`,
    `There are: ${knownGroups.map((each) => each.name).join(', ')}.`,
  );
}

function group(definition: ConsumerDefinition, database: DatabaseName): KnownGroup {
  return { name: definition.name, definition, database };
}
