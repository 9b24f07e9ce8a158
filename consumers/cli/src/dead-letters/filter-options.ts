import { type ParkReason, parkReasons } from '@gavel/consumer-runtime/park-reasons';
import { type Command, Option } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { parseMoment } from '../streams/offset-spec.ts';
import { byOption, executeOption, whyOption } from '../terminal/decision-options.ts';
import type { DeadLetterFilter } from './dead-letters.ts';
import { parseDeadLetterIds } from './find-dead-letter.ts';

/** The options that select dead letters. */
export interface FilterOptions {
  readonly group?: string;
  readonly reason?: ParkReason;
  readonly type?: string;
  readonly aggregate?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** The options of verbs that change dead letters. */
export interface BulkOptions extends FilterOptions {
  readonly all?: boolean;
  readonly by?: string;
  readonly why?: string;
  readonly execute?: boolean;
}

/** Adds the options that select dead letters. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--reason <reason>', 'only those parked for this reason').choices(parkReasons))
    .option('--type <type>', 'only events of this type, for example bids.v1.BidPlaced')
    .option('--aggregate <id>', 'only events of this auction or account')
    .option('--since <moment>', 'only those parked since a time or age, for example -2h', (text) =>
      parseMoment(text),
    )
    .option('--until <moment>', 'only those parked before a time or age', (text) => parseMoment(text));
}

/** Adds ids, or --all with filters, and who and why. */
export function addBulkOptions(command: Command): Command {
  command
    .argument('[id...]', 'ids from `gavel dead-letters ls`', parseDeadLetterIds)
    .option('--all', 'everything that is parked, oldest first; prints the plan only, without --execute')
    .option('--group <group>', 'only dead letters of one group');
  return addFilterOptions(command).addOption(whyOption()).addOption(byOption()).addOption(executeOption());
}

/** What the options select. */
export function filterOf({ group, reason, type, aggregate, since, until }: FilterOptions): DeadLetterFilter {
  return { group, reason, type, aggregate, since, until };
}

/** Throws `usage` unless there are either ids, which need no filter but a group, or --all. */
export function requireIdsOrAll(verb: string, ids: readonly bigint[], options: BulkOptions): void {
  const wayOut = `See \`gavel dead-letters ${verb} --help\`.`;
  if (ids.length > 0 === (options.all === true)) {
    throw new CommandFailure('usage', 'give either ids of dead letters or --all', wayOut);
  }
  const { group: _, ...filters } = filterOf(options);
  if (options.all !== true && Object.values(filters).some((value) => value !== undefined)) {
    throw new CommandFailure(
      'usage',
      '--reason, --type, --aggregate, --since and --until need --all',
      wayOut,
    );
  }
}
