import type { OpenLoss } from '@gavel/outbox/losses';
import { CommandFailure } from '../command-failure.ts';
import { describeLosses, type RefillStep } from './plan-refill.ts';

/**
 * A partition that is made anew has what Postgres has. Throws `refused` where that is less than the partition holds now, or
 * than it has lost: the rest would be gone for good.
 */
export function refuseLosses(steps: readonly RefillStep[]): void {
  const places = steps.flatMap(({ partition, messages, inPostgres, losses }) => {
    const incomplete = losses.filter(({ gone }) => gone > 0);
    return [
      ...(messages > BigInt(inPostgres)
        ? [`${partition} holds ${messages}, Postgres has ${inPostgres} of them`]
        : []),
      ...(incomplete.length > 0 ? [`${partition} lacks ${describeLosses(incomplete)}`] : []),
    ];
  });
  if (places.length === 0) return;
  throw new CommandFailure(
    'refused',
    `messages would be lost for good: ${places.join('; ')}`,
    'Nothing has changed. --lose-older does it all the same, and settles these losses.',
  );
}

/** Throws `refused` when one of these partitions still lacks events: it was left alone, or could not be filled. */
export function refuseOpenLosses(partitions: readonly string[], losses: readonly OpenLoss[]): void {
  const open = losses.filter(({ partition }) => partitions.includes(partition));
  if (open.length === 0) return;
  throw new CommandFailure(
    'refused',
    `still lost: ${open.map((loss) => `${loss.partition} lacks ${describeLosses([loss])}`).join('; ')}`,
    open.some(({ gone }) => gone > 0)
      ? 'Add --recreate --lose-older: what Postgres does not have any more stays lost.'
      : 'Add --recreate to delete what these hold and refill them.',
  );
}
