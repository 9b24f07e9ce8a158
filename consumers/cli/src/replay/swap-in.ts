import type { ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import { swapShadow } from '@gavel/consumer-runtime/swap-shadow';
import { CommandFailure } from '../command-failure.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import { requireExtent } from '../streams/extent.ts';
import type { CommandContext } from '../terminal/run-command.ts';
import { fillUp, requireShadow } from './fill-up.ts';

/** Active members may commit more between fill and swap than the swap can catch up with. Then both are repeated, up to this often. */
const TRIES = 5;

/**
 * Swaps a filled shadow in. Throws `refused` if the shadow starts later than the history (unless `partial`), if it ends where the
 * stream no longer is, if active members stay ahead of it, and if other database objects depend on the live tables.
 */
export async function swapIn(context: CommandContext, group: KnownGroup, partial: boolean): Promise<void> {
  const shadow = await requireShadow(context, group);
  await refuseLostEnds(context, shadow);
  const late = await findLate(context, shadow);
  if (late.length > 0 && !partial) {
    throw new CommandFailure(
      'refused',
      `the shadow starts at ${late.map(({ partition, from }) => `${partition}@${from}`).join(', ')}: earlier events would be missing in the projection`,
      'Add --partial to accept that.',
    );
  }
  // A shadow with an end may be older than the live tables: the group then reads on from that end.
  const backwards = shadow.some(({ until }) => until !== null);
  const { session } = context;
  const catchUp = {
    databaseUrl: session.databaseUrl(group.database),
    streamUrl: session.url('STREAM_URL'),
  };
  await fillUp(context, group, 'end');
  for (let tries = 1; tries <= TRIES; tries++) {
    const result = await swapShadow(session.pool(group.database), await group.definition(), {
      backwards,
      catchUp,
    });
    if (result.outcome === 'swapped') return;
    if (result.outcome === 'entangled') {
      throw new CommandFailure(
        'refused',
        `these depend on the live tables and would stay with them: ${result.with.join(', ')}`,
        'Drop them, swap, and create them again.',
      );
    }
    await fillUp(context, group, 'end');
  }
  throw new CommandFailure(
    'refused',
    `the members of ${group.name} stay ahead of the shadow`,
    'Stop them during the swap.',
  );
}

/** The partitions whose history begins before the shadow. */
async function findLate(
  { session }: CommandContext,
  shadow: readonly ShadowPartition[],
): Promise<readonly ShadowPartition[]> {
  const history = await session.openHistory();
  try {
    const late: ShadowPartition[] = [];
    for (const part of shadow) {
      if (part.from > (await history.timeline(part.partition)).origin) late.push(part);
    }
    return late;
  } finally {
    await history.close();
  }
}

/** The group would read on from the end of the shadow, so the stream must hold what follows. */
async function refuseLostEnds(
  { session }: CommandContext,
  shadow: readonly ShadowPartition[],
): Promise<void> {
  const inspector = await session.inspector();
  for (const { partition, until } of shadow) {
    if (until === null || until + 1n >= (await requireExtent(inspector, partition)).first) continue;
    throw new CommandFailure(
      'refused',
      `the shadow ends before the messages that ${partition} still holds, so the group could not read on from there`,
      'A replay with an earlier end can be compared, but not be swapped in.',
    );
  }
}
