import { readShadow, type ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import { fillShadow } from '@gavel/consumer-runtime/fill-shadow';
import { readCheckpoints } from '@gavel/consumer-runtime/read-checkpoints';
import { CommandFailure } from '../command-failure.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import { requireExtent } from '../streams/extent.ts';
import type { CommandContext } from '../terminal/run-command.ts';

/**
 * Applies missing events to a group's shadow, up to the end of its range, and not beyond what the group has committed (`live`)
 * or the current end of the stream (`end`).
 */
export async function fillUp(
  context: CommandContext,
  group: KnownGroup,
  upTo: 'live' | 'end',
): Promise<ShadowPartition[]> {
  const { session, output, interrupted } = context;
  const before = await requireShadow(context, group);
  const inspector = await session.inspector();
  const live = await readCheckpoints(session.pool(group.database), group.name);
  const ends = new Map<string, bigint>();
  for (const { partition, until } of before) {
    const { next } = await requireExtent(inspector, partition);
    const last = upTo === 'live' ? (live.get(partition)?.offset ?? -1n) : next - 1n;
    ends.set(
      partition,
      [last, until ?? last, next - 1n].reduce((one, other) => (one < other ? one : other)),
    );
  }
  const offsets = new Map(before.map(({ partition, from, applied }) => [partition, applied ?? from - 1n]));
  const total = [...ends].reduce((sum, [partition, end]) => sum + distance(offsets.get(partition), end), 0);
  const progress = output.progress(`replaying ${group.name}`, total);
  let done = 0;
  const history = await session.openHistory();
  try {
    await fillShadow({
      definition: await group.definition(),
      databaseUrl: session.databaseUrl(group.database),
      streamUrl: session.url('STREAM_URL'),
      openSource: () => history,
      ends,
      onApplied: (partition, offset) => {
        done += distance(offsets.get(partition), offset);
        offsets.set(partition, offset);
        progress.update(done);
      },
      signal: interrupted,
    });
  } finally {
    progress.stop();
  }
  if (interrupted.aborted) {
    throw new CommandFailure(
      'interrupted',
      'interrupted; the shadow keeps what it has',
      `\`gavel replay ${group.name} --swap\` continues, --drop removes the shadow.`,
    );
  }
  return requireShadow(context, group);
}

/** The shadow of a group. Throws `notFound`. */
export async function requireShadow(
  { session }: CommandContext,
  group: KnownGroup,
): Promise<ShadowPartition[]> {
  const shadow = await readShadow(session.pool(group.database), await group.definition());
  if (shadow !== undefined) return shadow;
  throw new CommandFailure(
    'notFound',
    `${group.name} has no shadow`,
    `\`gavel replay ${group.name} --from first\` builds one.`,
  );
}

function distance(from: bigint | undefined, to: bigint): number {
  return from === undefined || to < from ? 0 : Number(to - from);
}
