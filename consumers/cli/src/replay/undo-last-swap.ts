import { type Extent, readExtent } from '@gavel/consumer-runtime/extent';
import { type KeptPosition, undoSwap } from '@gavel/consumer-runtime/swap-shadow';
import { partitionsOf } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';
import type { StreamGroup } from '../groups/known-groups.ts';
import type { CommandContext } from '../terminal/run-command.ts';

/**
 * Brings the tables back that the last swap has replaced; the group reads on from where they end. Throws `refused` when the
 * stream no longer holds what follows, or when other database objects depend on the live tables, and `notFound` when no
 * swap has kept anything.
 */
export async function undoLastSwap({ session, output }: CommandContext, group: StreamGroup): Promise<void> {
  const inspector = await session.inspector();
  const extents = new Map<string, Extent>();
  for (const partition of partitionsOf(group.stream)) {
    const extent = await readExtent(inspector, partition);
    if (extent !== undefined) extents.set(partition, extent);
  }
  let positions: readonly KeptPosition[] = [];
  const result = await undoSwap(session.pool(group.database), await group.definition(), (kept) => {
    for (const position of kept) refuseLost(position, extents.get(position.partition));
    positions = kept;
  });
  if (result.outcome === 'nothing-kept') {
    throw new CommandFailure(
      'notFound',
      `no swap of ${group.name} has kept tables with the records that belong to them`,
      '`gavel replay --help` says what a swap keeps.',
    );
  }
  if (result.outcome === 'entangled') {
    throw new CommandFailure(
      'refused',
      `these depend on the live tables and would stay with them: ${result.with.join(', ')}`,
      'Drop them, undo the swap, and create them again.',
    );
  }
  output.answer(
    { group: group.name, undone: true, positions },
    `The swap is undone. ${group.name} reads on from where the old tables end; a second --undo brings the replaced ones back.`,
  );
}

function refuseLost({ partition, offset }: KeptPosition, extent: Extent | undefined): void {
  const wanted = offset === null ? 0n : offset + 1n;
  if (extent !== undefined && wanted <= extent.next && (offset === null || wanted >= extent.first)) return;
  throw new CommandFailure(
    'refused',
    `the old tables end before offset ${wanted} of ${partition}, which the stream does not hold`,
    'A new replay with --swap reads what is missing from the archive.',
  );
}
