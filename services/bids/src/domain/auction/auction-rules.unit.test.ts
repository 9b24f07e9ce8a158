import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, at, clockCreated } from '../../testing/auction-scenario.ts';
import type { Auction } from './auction.ts';
import type { AuctionCommand } from './command.ts';
import { decide } from './decide.ts';
import type { AuctionEvent } from './event.ts';
import { evolveAll } from './evolve.ts';

const user = fc.constantFrom('ann', 'bob', 'eve', 'seller');

const command: fc.Arbitrary<AuctionCommand> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('PlaceBid' as const),
      bidId: fc.uuid(),
      userId: user,
      amount: fc.bigInt(1n, 400n),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('UpdateItem' as const),
      userId: user,
      changes: fc.record({ title: fc.string() }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('CancelItem' as const), userId: user }) },
  { weight: 2, arbitrary: fc.constant<AuctionCommand>({ type: 'CloseAuction' }) },
);

// Moments around the end, 3,600 seconds after the start, in order.
const commands = fc
  .array(fc.tuple(command, fc.double({ min: 0, max: 4000, noNaN: true })), { maxLength: 40 })
  .map((list) => list.toSorted(([, a], [, b]) => a - b));

interface Run {
  events: AuctionEvent[];
  states: Auction[];
}

function run(list: readonly (readonly [AuctionCommand, number])[]): Run {
  const events: AuctionEvent[] = [clockCreated];
  const states = evolveAll(undefined, events).map((step) => step.after);
  for (const [next, seconds] of list) {
    const decision = decide(states.at(-1), next, at(seconds));
    const steps = decision.ok ? evolveAll(states.at(-1), decision.events) : [];
    events.push(...steps.map((step) => step.event));
    states.push(...steps.map((step) => step.after));
  }
  return { events, states };
}

describe('whatever is asked of an auction, in whatever order', () => {
  it('its price never falls and its versions have no gap', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { states } = run(list);
        for (const [i, state] of states.entries()) {
          expect(state.version).toBe(BigInt(i + 1));
          const before = states[i - 1]?.highestBid?.amount ?? 0n;
          expect((state.highestBid?.amount ?? 0n) >= before).toBe(true);
        }
      }),
    );
  });

  it('nothing is accepted after its end but closing, which happens at most once', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { events } = run(list);
        const late = events.filter((event) => event.at >= at(3600));
        expect(late.every((event) => event.type === 'AuctionClosed')).toBe(true);
        expect(events.filter((event) => event.type === 'AuctionClosed').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('the winner has the highest bid, is not the seller, and a cancelled item has no bids', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { events, states } = run(list);
        const bids = events.filter((event) => event.type === 'BidPlaced');
        const closed = events.find((event) => event.type === 'AuctionClosed');
        const highest = bids.toSorted((a, b) => Number(b.amount - a.amount))[0];
        if (closed) expect(closed.winner?.userId).toBe(highest?.userId);
        expect(bids.every((bid) => bid.userId !== 'seller')).toBe(true);
        if (states.at(-1)?.status === 'cancelled') expect(bids).toEqual([]);
      }),
    );
  });

  it('replaying its events gives the same auction', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { events, states } = run(list);
        expect(after(...events)).toEqual(states.at(-1));
      }),
    );
  });
});
