import { swapShadow } from '@gavel/consumer-runtime/swap-shadow';
import { CommandFailure } from '../command-failure.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import type { CommandContext } from '../terminal/run-command.ts';
import { fillUp, requireShadow } from './fill-up.ts';

/** Members at work commit between the last fill and the swap: more, perhaps, than a swap catches up with. So often it is tried. */
const TRIES = 5;

/**
 * Swaps a filled shadow in. Throws `refused` when it begins later than the stream did (unless `partial`), when members
 * at work stay ahead of it, and when something hangs on the live tables.
 */
export async function swapIn(context: CommandContext, group: KnownGroup, partial: boolean): Promise<void> {
  const shadow = await requireShadow(context, group);
  const late = shadow.filter(({ from }) => from > 0n);
  if (late.length > 0 && !partial) {
    throw new CommandFailure(
      'refused',
      `the shadow begins at ${late.map(({ partition, from }) => `${partition}@${from}`).join(', ')}: what was before would be missing in the projection`,
      'Add --partial if that is what you want.',
    );
  }
  // With an end of its own the shadow is meant to be older: the group then reads on from there.
  const backwards = shadow.some(({ until }) => until !== null);
  const { session } = context;
  const catchUp = {
    databaseUrl: session.databaseUrl(group.database),
    streamUrl: session.url('STREAM_URL'),
  };
  for (let tries = 1; tries <= TRIES; tries++) {
    const result = await swapShadow(session.pool(group.database), group.definition, { backwards, catchUp });
    if (result.outcome === 'swapped') return;
    if (result.outcome === 'entangled') {
      throw new CommandFailure(
        'refused',
        `these would stay with the old tables: ${result.with.join(', ')}`,
        'Drop them, swap, and make them again.',
      );
    }
    await fillUp(context, group);
  }
  throw new CommandFailure(
    'refused',
    `the members of ${group.name} stay ahead of the shadow`,
    'Stop them for the moment of the swap.',
  );
}
