import type { NewEvent } from '@gavel/outbox/append';
import fc from 'fast-check';
import { toNewEvents } from '../adapters/outbox/to-new-events.ts';
import type { Auction } from '../domain/auction/auction.ts';
import { decide } from '../domain/auction/decide.ts';
import { evolveAll, type Step } from '../domain/auction/evolve.ts';
import { commands, creation } from './auction-arbitraries.ts';
import { at, START } from './auction-scenario.ts';

/** The published events of one auction after random commands, for tests of what other packages make of them. */
export const publishedHistories: fc.Arbitrary<readonly NewEvent[]> = fc
  .tuple(withIds(creation), commands)
  .map(([item, list]) => {
    const first = decide(undefined, item, START);
    if (!first.ok) throw new Error(`the item was rejected: ${first.rejection.reason}`);
    const steps: Step[] = evolveAll(undefined, first.events);
    let auction: Auction | undefined = steps.at(-1)?.after;
    for (const [command, seconds] of list) {
      const decision = decide(auction, command, at(seconds));
      if (decision.ok) steps.push(...evolveAll(auction, decision.events));
      auction = steps.at(-1)?.after;
    }
    return toNewEvents(steps);
  });

function withIds<T extends { itemId: string }>(items: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.tuple(items, fc.uuid()).map(([item, itemId]) => ({ ...item, itemId }));
}
