import { compareShadow } from '@gavel/consumer-runtime/compare-shadow';
import { createShadow, dropShadow } from '@gavel/consumer-runtime/create-shadow';
import { shadowSchema } from '@gavel/consumer-runtime/shadow-schema';
import { partitionsOf } from '@gavel/proto/topology';
import { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { readCheckpoints } from '../groups/checkpoints.ts';
import { type KnownGroup, requireGroup } from '../groups/known-groups.ts';
import { fillUp } from '../replay/fill-up.ts';
import { formatComparison, formatShadow, isSame } from '../replay/format-replay.ts';
import { planRanges } from '../replay/plan-ranges.ts';
import { swapIn } from '../replay/swap-in.ts';
import { type Place, parsePlace, placeHelp } from '../streams/place.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';

interface ReplayOptions {
  readonly from?: Place;
  readonly until?: Place;
  readonly swap?: boolean;
  readonly partial?: boolean;
  readonly drop?: boolean;
}

export function replayGroup(run: Run): Command {
  return new Command('replay')
    .summary('compute a projection anew, compare, swap')
    .description(
      `Runs a group's own handler over the log once more, into empty tables beside the live ones, shows where the two
differ, and puts the new ones in the live ones' place when told to. The group may be at work all the while.

  --from PLACE  builds the shadow anew, fills it, compares
  --swap        fills up what is missing, also of a shadow built before,
                compares, and swaps tables, checkpoints, processed events and
                dead letters in one transaction; the old tables stay in the
                schema replaced_<group> until the next swap
  --drop        removes the shadow

Events that were discarded stay discarded. Events older than what the streams keep cannot be replayed.`,
    )
    .argument('<group>', 'a name of `gavel groups ls`')
    .option('--from <place>', 'the first message', (text) => parsePlace(text))
    .option('--until <place>', 'the first message that is left out (default: none)', (text) =>
      parsePlace(text),
    )
    .option('--swap', 'put it in the place of the live projection')
    .option('--partial', 'with --swap: also when it does not begin at offset 0')
    .option('--drop', 'remove the shadow')
    .addHelpText('after', `\n${placeHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel replay user-stats --from first', 'is the projection what the log says?'],
        ['gavel replay user-stats --swap', 'take the replayed one'],
        ['gavel replay user-stats --from first --until 2026-05-01T12:00:00Z', 'as it was at noon'],
        ['gavel replay user-stats --drop', 'away with it'],
      ),
    )
    .action((name: string, options: ReplayOptions, command: Command) =>
      run(command, async (context) => {
        checkOptions(options);
        const group = requireReplayable(name);
        const pool = context.session.pool(group.database);
        if (options.drop) {
          await dropShadow(pool, group.definition);
          return context.output.answer({ group: name, dropped: true }, 'The shadow is removed.');
        }
        if (options.from !== undefined) await build(context, group, options.from, options.until);
        await replay(context, group, options);
      }),
    );
}

async function build(
  { session, output }: CommandContext,
  group: KnownGroup,
  from: Place,
  until: Place | undefined,
): Promise<void> {
  const inspector = await session.inspector();
  const ranges = await planRanges(inspector, partitionsOf(group.definition.stream), from, until);
  const lost = ranges.filter((range) => from.kind === 'first' && range.from > 0n);
  for (const range of lost) {
    output.remark(
      `${range.partition}: retention has removed what was before ${range.from}, the replay is not complete`,
    );
  }
  await createShadow(session.pool(group.database), group.definition, ranges);
}

async function replay(context: CommandContext, group: KnownGroup, options: ReplayOptions): Promise<void> {
  const { session, output } = context;
  const pool = session.pool(group.database);
  const shadow = await fillUp(context, group);
  const live = await readCheckpoints(pool, group.name);
  const comparisons = await compareShadow(pool, group.definition);
  if (options.swap) await swapIn(context, group, options.partial === true);
  const closing = options.swap
    ? `Swapped. The old tables are in the schema ${shadowSchema(group.definition).replace('replay', 'replaced')}.`
    : `${isSame(comparisons) ? 'The replay came to the same projection.' : 'They differ.'} Nothing live has changed: --swap takes the replayed one, --drop removes it.`;
  output.answer(
    {
      group: group.name,
      swapped: options.swap === true,
      same: isSame(comparisons),
      partitions: shadow,
      tables: comparisons,
    },
    `${formatShadow(shadow, live)}\n\n${formatComparison(comparisons)}\n\n${closing}`,
  );
}

function checkOptions({ from, until, swap, drop, partial }: ReplayOptions): void {
  const isDone = from !== undefined || swap === true || drop === true;
  const isOdd =
    (drop === true && (from !== undefined || swap === true)) ||
    (until !== undefined && from === undefined) ||
    (partial === true && swap !== true);
  if (isDone && !isOdd) return;
  throw new CommandFailure(
    'usage',
    'say --from PLACE [--until PLACE], --swap [--partial], both, or --drop',
    '`gavel replay --help` teaches.',
  );
}

function requireReplayable(name: string): KnownGroup {
  const group = requireGroup(name);
  if (group.definition.projection !== undefined) return group;
  throw new CommandFailure(
    'refused',
    `${name} declares no projection`,
    'A consumer that changes more than tables cannot be replayed into a shadow.',
  );
}
