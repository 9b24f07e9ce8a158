import { compareShadow, type ShadowComparison } from '@gavel/consumer-runtime/compare-shadow';
import { createShadow, dropShadow, type ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import { shadowSchema } from '@gavel/consumer-runtime/shadow-schema';
import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { requireGroup, type StreamGroup } from '../groups/known-groups.ts';
import { fillUp, requireShadow } from '../replay/fill-up.ts';
import { formatComparison, formatOffsets, formatResult, isSame } from '../replay/format-replay.ts';
import { planRanges } from '../replay/plan-ranges.ts';
import { asOnlyReplay } from '../replay/replay-lock.ts';
import { swapIn } from '../replay/swap-in.ts';
import { undoLastSwap } from '../replay/undo-last-swap.ts';
import { type OffsetSpec, offsetHelp, parseOffset } from '../streams/offset-spec.ts';
import { examples } from '../terminal/example-help.ts';
import type { CommandContext, Run } from '../terminal/run-command.ts';

interface ReplayOptions {
  readonly from?: OffsetSpec;
  readonly until?: OffsetSpec;
  readonly swap?: boolean;
  readonly partial?: boolean;
  readonly drop?: boolean;
  readonly undo?: boolean;
}

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Runs a group's own handler over the log again, into empty tables beside the live ones (the shadow), and compares the two
at the same offsets. Exit code 6 if they differ, or if the shadow cannot reach the offsets of the group.
--swap replaces the live tables. The group may be running all the time. A second replay of the same group is refused while one is
running.

  --from OFFSET  builds a new shadow, fills it, compares
  --swap         adds the newest events to the shadow, compares, and swaps
                 tables, checkpoints, processed events and dead letters in one
                 transaction; the old tables stay in the schema
                 replaced_<group> until the next swap
  --undo         brings the tables of the last swap back, with their
                 checkpoints; the group reads on from there
  --drop         removes the shadow

Discarded events stay discarded. Events that retention has removed from the streams are read from the archive\n(\`gavel archive ls\`). In a partition that was recreated, those of the older stream come first, at negative offsets.`,
    )
    .argument('<group>', 'a group from `gavel groups ls`')
    .option('--from <offset>', 'the first message', (text) => parseOffset(text))
    .option('--until <offset>', 'the message after the last one (default: no end)', (text) =>
      parseOffset(text),
    )
    .option('--swap', 'replace the live projection')
    .option('--partial', 'with --swap: also if the shadow does not start at offset 0')
    .option('--drop', 'remove the shadow')
    .option('--undo', 'undo the last swap')
    .addHelpText('after', `\n${offsetHelp}`)
    .addHelpText(
      'after',
      examples(
        ['gavel replay user-stats --from first', 'does the projection match the log?'],
        ['gavel replay user-stats --swap', 'use the replayed one'],
        ['gavel replay user-stats --from first --until 2026-05-01T12:00:00Z', 'as it was at noon'],
        ['gavel replay user-stats --drop', 'remove the shadow'],
        ['gavel replay user-stats --undo', 'the tables before the last swap'],
      ),
    )
    .action((name: string, options: ReplayOptions, command: Command) =>
      run(command, async (context) => {
        checkOptions(options);
        const group = await requireReplayable(name);
        const pool = context.session.pool(group.database);
        await asOnlyReplay(pool, name, async () => {
          if (options.undo) return undoLastSwap(context, group);
          if (options.drop) {
            await dropShadow(pool, await group.definition());
            return context.output.answer({ group: name, dropped: true }, 'The shadow is removed.');
          }
          if (options.from !== undefined) await build(context, group, options.from, options.until);
          await replay(context, group, options);
        });
      }),
    );
}

async function build(
  { session, output }: CommandContext,
  group: StreamGroup,
  from: OffsetSpec,
  until: OffsetSpec | undefined,
): Promise<void> {
  const [inspector, history] = [await session.inspector(), await session.openHistory()];
  const ranges = await planRanges({ inspector, history }, partitionsOf(group.stream), from, until).finally(
    () => history.close(),
  );
  const lost = ranges.filter((range) => from.kind === 'first' && !range.isWhole);
  for (const range of lost) {
    output.remark(
      `${range.partition}: neither the archive nor the stream has the messages before offset ${range.from}, so the replay is incomplete`,
    );
  }
  await createShadow(session.pool(group.database), await group.definition(), ranges);
}

async function replay(context: CommandContext, group: StreamGroup, options: ReplayOptions): Promise<void> {
  const { output } = context;
  const { shadow, comparison } = await compareAtOneOffset(context, group);
  if (options.swap) await swapIn(context, group, options.partial === true);
  const closing = options.swap
    ? `Swapped. The old tables are in the schema ${shadowSchema(await group.definition()).replace('replay', 'replaced')}.`
    : `${formatResult(comparison)} The live tables have not changed: --swap replaces them, --drop removes the shadow.`;
  const same = isSame(comparison);
  output.answer(
    {
      group: group.name,
      swapped: options.swap === true,
      same,
      partitions: shadow.map((part) => ({
        ...part,
        live: comparison.offsets.find(({ partition }) => partition === part.partition)?.live ?? null,
      })),
      tables: comparison.tables,
    },
    `${formatOffsets(shadow, comparison.offsets)}\n\n${formatComparison(comparison.tables)}\n\n${closing}`,
  );
  // A shadow with an end shows an earlier moment on purpose.
  const hasEnd = shadow.some(({ until }) => until !== null);
  if (options.swap !== true && (same === false || (same === null && !hasEnd))) context.foundProblem();
}

/** Active members may commit more between fill and comparison than the comparison can catch up with. */
const TRIES = 5;

/** Fills the shadow up to what the group has committed, and compares. */
async function compareAtOneOffset(
  context: CommandContext,
  group: StreamGroup,
): Promise<{ shadow: ShadowPartition[]; comparison: ShadowComparison }> {
  const { session } = context;
  const catchUp = {
    databaseUrl: session.databaseUrl(group.database),
    streamUrl: session.url('STREAM_URL'),
  };
  for (let tries = 1; ; tries += 1) {
    const ranges = await fillUp(context, group, 'live');
    const hasEnd = ranges.some(({ until }) => until !== null);
    // A shadow with an end is not filled beyond it.
    const comparison = await compareShadow(
      session.pool(group.database),
      await group.definition(),
      hasEnd ? undefined : catchUp,
    );
    if (comparison.atOneOffset || hasEnd || tries === TRIES) {
      return { shadow: await requireShadow(context, group), comparison };
    }
  }
}

function checkOptions({ from, until, swap, drop, partial, undo }: ReplayOptions): void {
  const isDone = from !== undefined || swap === true || drop === true || undo === true;
  const isOdd =
    (drop === true && (from !== undefined || swap === true)) ||
    (undo === true && (from !== undefined || swap === true || drop === true)) ||
    (until !== undefined && from === undefined) ||
    (partial === true && swap !== true);
  if (isDone && !isOdd) return;
  throw new CommandFailure(
    'usage',
    'give --from OFFSET [--until OFFSET], --swap [--partial], both, or --drop, or --undo',
    'See `gavel replay --help`.',
  );
}

async function requireReplayable(name: string): Promise<StreamGroup> {
  const group = requireGroup(name);
  if ((await group.definition()).projection !== undefined) return group;
  throw new CommandFailure(
    'refused',
    `${name} declares no projection`,
    'Only a consumer whose handler changes nothing but its own tables can be replayed.',
  );
}
