import type { Extent } from '@gavel/consumer-runtime/extent';
import { readCheckpoints } from '@gavel/consumer-runtime/read-checkpoints';
import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { executeSeek } from '../../groups/execute-seek.ts';
import { requireGroup, type StreamGroup } from '../../groups/known-groups.ts';
import { formatSteps, planSeek, type SeekStep, toSteps } from '../../groups/plan-seek.ts';
import {
  formatDestination,
  parseShift,
  readPositions,
  type SeekDestination,
} from '../../groups/seek-destination.ts';
import { readLastSeek } from '../../groups/seek-records.ts';
import { planUndo, undoSeek } from '../../groups/undo-seek.ts';
import { requireExtent } from '../../streams/extent.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../../streams/offset-spec.ts';
import { requirePartition } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { CommandContext, Run } from '../../terminal/run-command.ts';

interface SeekOptions {
  readonly to?: OffsetSpec;
  readonly shift?: SeekDestination;
  readonly toFile?: string;
  readonly partition?: string;
  readonly execute?: boolean;
  readonly undo?: boolean;
  readonly force?: boolean;
}

const NOT_YET = 'Nothing has changed. Add --execute to do it.';
const NOTICED = 'Members notice it within two seconds.';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Moves the checkpoints of a group, so that its members continue from another offset. Prints the plan; --execute does it.

The group may be running, paused or stopped. Members continue from the new offset within about two seconds; a paused group does
so when it is resumed. A batch that a member is committing is waited for. Refused for an offset that retention has already removed.
Each seek is recorded; --undo sets the checkpoints back to their values before the last one.

Reading again does not mean applying again: events that the group has applied stay applied once. To rebuild a projection
use \`gavel replay\`.`,
    )
    .argument('<group>', 'a group from `gavel groups ls`')
    .option('--to <offset>', 'the next message to read', (text) => parseOffset(text))
    .option('--shift <messages>', 'by this number of messages: -1000 is back, 1000 is forward', parseShift)
    .option(
      '--to-file <file>',
      'the offset of each partition, from a JSON file like that of `gavel groups export`',
    )
    .option('--partition <partition>', 'with --to or --shift: only this partition, by its number or name')
    .option('--undo', 'undo the last seek')
    .option('--force', 'with --undo: also if the group has read on since')
    .option('--execute', 'do it')
    .addHelpText('after', `\n${offsetHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel groups seek user-stats --to -15m', 'what would change?'],
        ['gavel groups seek user-stats --to first --execute', 'read everything again, after a refill'],
        ['gavel groups seek user-stats --to 1200 --partition 2 --execute', 'one partition'],
        ['gavel groups seek user-stats --shift -1000', 'the last thousand messages of each partition again'],
        ['gavel groups seek user-stats --to-file positions.json', 'to positions from `gavel groups export`'],
        ['gavel groups seek user-stats --undo --execute', 'undo the last seek'],
      ),
    )
    .action((name: string, options: SeekOptions, command: Command) =>
      run(command, async (context) => {
        const misuse = misuseOf(options);
        if (misuse !== undefined) {
          throw new CommandFailure('usage', misuse, 'See `gavel groups seek --help`.');
        }
        const group = requireGroup(name);
        const to = await destinationOf(group, options);
        await (to === undefined ? undo(context, group, options) : seek(context, group, to, options));
      }),
    );
}

function misuseOf({ to, shift, toFile, undo, force, partition }: SeekOptions): string | undefined {
  const ways = [to, shift, toFile, undo].filter((each) => each !== undefined);
  if (ways.length !== 1) return 'give one of --to OFFSET, --shift MESSAGES, --to-file FILE and --undo';
  if (force === true && undo !== true) return '--force needs --undo';
  if (partition !== undefined && undo === true)
    return '--undo applies to all partitions of the seek, so it takes no --partition';
  if (partition !== undefined && toFile !== undefined)
    return 'the file names the partitions, so --to-file takes no --partition';
  return undefined;
}

async function destinationOf(
  { stream }: StreamGroup,
  { to, shift, toFile }: SeekOptions,
): Promise<SeekDestination | undefined> {
  return toFile === undefined ? (to ?? shift) : readPositions(toFile, partitionsOf(stream));
}

async function seek(
  context: CommandContext,
  group: StreamGroup,
  to: SeekDestination,
  options: SeekOptions,
): Promise<void> {
  const { session } = context;
  const { stream } = group;
  const partitions =
    options.partition === undefined ? partitionsOf(stream) : [requirePartition(stream, options.partition)];
  const pool = session.pool(group.database);
  const checkpoints = await readCheckpoints(pool, group.name);
  const targets = await planSeek(await session.inspector(), partitions, checkpoints, to);
  if (options.execute !== true) return answer(context, group, toSteps(targets, checkpoints), NOT_YET);
  const { steps, record } = await executeSeek(pool, group.name, targets, formatDestination(to));
  answer(
    context,
    group,
    steps,
    `Done. ${NOTICED} \`gavel groups seek ${group.name} --undo\` undoes it.`,
    record,
  );
}

async function undo(context: CommandContext, group: StreamGroup, options: SeekOptions): Promise<void> {
  const { session } = context;
  const pool = session.pool(group.database);
  const record = await readLastSeek(pool, group.name);
  const inspector = await session.inspector();
  const extents: Extent[] = [];
  for (const { partition } of record.moves) extents.push(await requireExtent(inspector, partition));
  const targets = planUndo(group.name, record, extents);
  const what = `Seek ${record.id} to ${record.target} by ${record.movedBy}`;
  if (options.execute !== true) {
    const steps = toSteps(targets, await readCheckpoints(pool, group.name));
    return answer(context, group, steps, `${what}. ${NOT_YET}`, record.id);
  }
  const steps = await undoSeek(pool, group.name, record, targets, options.force === true);
  answer(context, group, steps, `${what} is undone. ${NOTICED}`, record.id);
}

function answer(
  { output }: CommandContext,
  group: StreamGroup,
  steps: readonly SeekStep[],
  closing: string,
  record: bigint | null = null,
): void {
  output.answer(
    { group: group.name, executed: !closing.includes(NOT_YET), record, steps },
    `${formatSteps(steps)}\n\n${closing}`,
  );
}
