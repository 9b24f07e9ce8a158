import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, creation } from '../../testing/auction-arbitraries.ts';
import { at, START } from '../../testing/auction-scenario.ts';
import { findViolations } from '../../testing/find-violations.ts';
import { type Auction, limitOf } from './auction.ts';
import type { AuctionCommand, CreateItem, Decision } from './commands.ts';
import { decide } from './decide.ts';
import type { AuctionEvent } from './events.ts';
import { evolve, evolveAll, type Step } from './evolve.ts';
import { incrementAt } from './increments.ts';

const RUNS = { numRuns: 1_000 };

interface Played {
  command: AuctionCommand;
  before: Auction;
  decision: Decision;
  steps: Step[];
  after: Auction;
}

function play(item: CreateItem, list: readonly (readonly [AuctionCommand, number])[]): Played[] {
  const first = decide(undefined, item, START);
  if (!first.ok) throw new Error(`the item was rejected: ${first.rejection.reason}`);
  let state = evolveAll(undefined, first.events).at(-1)?.after;
  return list.map(([command, seconds]) => {
    const before = state as Auction;
    const decision = decide(before, command, at(seconds));
    const steps = decision.ok ? evolveAll(before, decision.events) : [];
    state = steps.at(-1)?.after ?? before;
    return { command, before, decision, steps, after: state };
  });
}

function eventsOf(item: CreateItem, turns: readonly Played[]): AuctionEvent[] {
  const first = decide(undefined, item, START);
  return [
    ...(first.ok ? first.events : []),
    ...turns.flatMap(({ steps }) => steps.map(({ event }) => event)),
  ];
}

/** Checks a property for random auctions and commands. */
function always(holds: (turns: Played[], events: AuctionEvent[]) => void): void {
  fc.assert(
    fc.property(creation, commands, (item, list) => {
      const turns = play(item, list);
      holds(turns, eventsOf(item, turns));
    }),
    RUNS,
  );
}

describe('for any commands in any order', () => {
  it('the price never falls, the earliest highest limit leads and is never exceeded, nothing is sold below the reserve price, nothing is accepted after the end, the end stays within the hard end, and there is at most one winner', () => {
    always((_, events) => expect(findViolations(events)).toEqual([]));
  });

  it('versions have no gap, and only events change the auction', () => {
    always((turns) => {
      for (const { before, steps, after } of turns) {
        expect(steps.map((step) => step.after.version)).toEqual(
          steps.map((_, i) => before.version + BigInt(i + 1)),
        );
        if (steps.length === 0) expect(after).toBe(before);
      }
    });
  });

  it('a rejected bid changes nothing, and an accepted one causes at most three events', () => {
    always((turns) => {
      for (const { command, decision, before, after, steps } of turns) {
        if (command.type !== 'PlaceBid') continue;
        if (!decision.ok) expect(after).toEqual(before);
        else expect([1, 2, 3]).toContain(steps.length);
      }
    });
  });

  it('a plain bid is for exactly its amount', () => {
    always((turns) => {
      for (const { command, steps } of turns) {
        if (command.type !== 'PlaceBid' || command.maximum !== undefined || steps.length === 0) continue;
        expect(steps[0]?.event).toMatchObject({ type: 'BidPlaced', amount: command.amount });
      }
    });
  });

  it('a maximum leads at the smallest price that leads', () => {
    always((turns) => {
      for (const { command, before, after } of turns) {
        if (command.type !== 'PlaceBid' || command.maximum === undefined || before === after) continue;
        const price = after.highestBid?.amount ?? 0n;
        if (after.highestBid?.userId !== command.userId || price === after.reservePrice) continue;
        if (before.highestBid?.userId === command.userId) expect(price).toBe(before.highestBid.amount);
        else if (!before.highestBid) expect(price).toBe(before.startPrice);
        else {
          const beaten = limitOf(before.highestBid);
          expect(price <= beaten + incrementAt(beaten, before)).toBe(true);
        }
      }
    });
  });

  it('a leader’s own maximum never raises the price, except to the reserve', () => {
    always((turns) => {
      for (const { command, before, after } of turns) {
        if (command.type !== 'PlaceBid' || command.maximum === undefined) continue;
        if (before.highestBid?.userId !== command.userId) continue;
        const price = after.highestBid?.amount;
        if (price !== before.highestBid.amount) expect(price).toBe(after.reservePrice);
      }
    });
  });

  it('replaying the events gives the same auction', () => {
    always((turns, events) => {
      const replayed = events.reduce<Auction | undefined>(evolve, undefined);
      if (turns.length > 0) expect(replayed).toEqual(turns.at(-1)?.after);
    });
  });
});
