import type { Pool } from '@gavel/postgres/pool';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { expect, vi } from 'vitest';
import type { BidRequest, BidResult } from '../application/decide-batch.ts';
import { announceDueAuctions, closeDueAuctions } from '../application/lifecycle.ts';
import type { Auctions } from '../application/ports.ts';
import type { Auction } from '../domain/auction/auction.ts';
import type { AuctionCommand, CreateItem, PlaceBid } from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import { evolve, stepsOf } from '../domain/auction/evolve.ts';
import { amount } from './auction-arbitraries.ts';
import { createClock, deciding } from './auction-scenario.ts';
import { findShownSecrets, findViolations } from './find-violations.ts';
import { readStoredAuction } from './rebuild-auction.ts';

const HOUR_MS = 3_600_000;
/** The auctions end this long after their creation, so that commands come before and after the end. */
const LASTS_MS = 250;
/** The longest wait for an end. */
const AWHILE = { timeout: 30_000, interval: 10 };

const BIDDERS = ['ann', 'bob', 'eve'].map((name) => ({ name, userId: uuidv7() }));
const SELLER = uuidv7();

/** A bid by one of three people through one of the processes, sometimes with one of a few keys. */
interface Asked {
  who: number;
  process: number;
  amount: bigint;
  maximum: bigint | undefined;
  key: string | undefined;
}

/** All requests to one auction and their answers. The model does not know the rules. */
export interface Model {
  answered: { asked: Asked; result: BidResult; from: Date; to: Date }[];
}

/** An auction in Postgres and the processes that serve it. */
export interface Real {
  itemId: string;
  pool: Pool;
  processes: readonly Auctions[];
}

export type Step = fc.AsyncCommand<Model, Real>;

const asked: fc.Arbitrary<Asked> = fc.record({
  who: fc.nat(BIDDERS.length - 1),
  process: fc.nat(7),
  amount,
  maximum: fc.option(amount, { nil: undefined, freq: 2 }),
  key: fc.option(fc.constantFrom('one', 'two', 'three'), { nil: undefined, freq: 2 }),
});

/** Bids one after the other by one person: a leader who wants more. */
const twice: fc.Arbitrary<Asked[]> = fc.tuple(asked, fc.bigInt(1n, 4_000n)).map(([first, more]) => [
  { ...first, key: undefined },
  { ...first, key: undefined, amount: first.amount + more, maximum: (first.maximum ?? first.amount) + more },
  { ...first, key: undefined, amount: first.amount + 2n * more, maximum: undefined },
]);

export const terms = fc.record({
  reservePrice: fc.option(fc.bigInt(100n, 2_000n), { nil: undefined, freq: 2 }),
  buyNow: fc.boolean(),
  softCloseSeconds: fc.constantFrom(0, 1),
  extensionMs: fc.constantFrom(0, 100, 60_000),
});

type Terms = typeof terms extends fc.Arbitrary<infer T> ? T : never;

/**
 * Lists an item that ends in a quarter of a second. It is created with a time one hour ago, because no auction may be shorter
 * than a second. Its end is near, so there is something to announce.
 */
export async function listItem(processes: readonly Auctions[], wanted: Terms): Promise<string> {
  const itemId = uuidv7();
  const { reservePrice, buyNow, softCloseSeconds, extensionMs } = wanted;
  await processes[0]?.change(itemId, (auction, now) => {
    const endAt = new Date(now.getTime() + LASTS_MS);
    const command: CreateItem = {
      ...createClock,
      itemId,
      sellerId: SELLER,
      reservePrice,
      buyNowPrice: buyNow ? 5_000n : undefined,
      softCloseSeconds,
      endAt,
      hardEndAt: new Date(endAt.getTime() + extensionMs),
    };
    return stepsOf(auction, decide(auction, command, new Date(now.getTime() - HOUR_MS)));
  });
  return itemId;
}

class BidAtOnce implements Step {
  readonly bids: readonly Asked[];
  readonly oneByOne: boolean;

  constructor(bids: readonly Asked[], oneByOne = false) {
    this.bids = bids;
    this.oneByOne = oneByOne;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    if (this.oneByOne) {
      for (const bid of this.bids) await new BidAtOnce([bid]).run(model, real);
      return;
    }
    const from = await clockOf(real.pool);
    const results = await Promise.all(
      this.bids.map((bid) => processOf(real, bid.process).placeBid(toRequest(real, bid))),
    );
    const to = await clockOf(real.pool);
    this.bids.forEach((bid, i) => {
      const result = results[i];
      if (result) model.answered.push({ asked: bid, result, from, to });
    });
    await check(model, real);
  }

  toString(): string {
    return `${this.oneByOne ? 'in turn' : 'at once'}: ${this.bids.map(describe).join(', ')}`;
  }
}

class Change implements Step {
  readonly type: 'BuyNow' | 'CancelItem';
  readonly userOf: (userIds: readonly string[]) => string;

  constructor(type: 'BuyNow' | 'CancelItem', userOf: (userIds: readonly string[]) => string) {
    this.type = type;
    this.userOf = userOf;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    const userId = this.userOf(BIDDERS.map((bidder) => bidder.userId));
    const command: AuctionCommand = { type: this.type, userId };
    await Promise.all([0, 1].map((i) => processOf(real, i).change(real.itemId, deciding(command))));
    await check(model, real);
  }

  toString(): string {
    return this.type;
  }
}

/** Closers and announcers of all processes at the same time. */
class WorkAtOnce implements Step {
  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    await Promise.all(
      real.processes.flatMap((process) => [
        closeDueAuctions({ auctions: process }),
        announceDueAuctions({ auctions: process }),
      ]),
    );
    await check(model, real);
  }

  toString(): string {
    return 'close and announce';
  }
}

class WaitForTheEnd implements Step {
  check(): boolean {
    return true;
  }

  async run(_: Model, real: Real): Promise<void> {
    await untilOver(real);
  }

  toString(): string {
    return 'wait for the end';
  }
}

/** Random steps with several concurrent clients, before and after the end. */
export const steps: fc.Arbitrary<Iterable<Step>> = fc.commands(
  [
    fc.array(asked, { minLength: 1, maxLength: 8 }).map((bids) => new BidAtOnce(bids)),
    fc.array(asked, { minLength: 4, maxLength: 8 }).map((bids) => new BidAtOnce(bids)),
    twice.map((bids) => new BidAtOnce(bids, true)),
    fc.nat(BIDDERS.length - 1).map((who) => new Change('BuyNow', (userIds) => userIds[who] ?? SELLER)),
    fc.constant(new Change('CancelItem', () => SELLER)),
    fc.constant(new WorkAtOnce()),
    fc.constant(new WaitForTheEnd()),
  ],
  { maxCommands: 12 },
);

/** Call this after all steps: waits for the end, closes the auction and checks everything again. */
export async function finish(model: Model, real: Real): Promise<void> {
  await untilOver(real);
  await new WorkAtOnce().run(model, real);
  await new WorkAtOnce().run(model, real);
  const { auction } = await readStoredAuction(real.pool, real.itemId);
  expect(auction.status, 'an auction whose end has come is closed').not.toBe('active');
}

/** Checks the promises, using the tables, the outbox and the answers. */
async function check(model: Model, { pool, itemId }: Real): Promise<void> {
  const { auction, events, sequences } = await readStoredAuction(pool, itemId);
  expect(sequences, 'versions have no gap').toEqual(sequences.map((_, i) => BigInt(i + 1)));
  const violations = [...findViolations(events), ...findShownSecrets(events, auction)];
  if (violations.length > 0) throw new Error(violations.join('; '));
  expect(events.reduce<Auction | undefined>(evolve, undefined), 'replay gives the row').toEqual(auction);
  expect(await storedBids(pool, itemId), 'the history has exactly the bids of the events').toEqual(
    events.flatMap((event, i) =>
      event.type === 'BidPlaced' || event.type === 'ProxyBidPlaced'
        ? [{ id: event.bidId, amount: event.amount, sequence: sequences[i] }]
        : [],
    ),
  );
  const taken = model.answered.flatMap(({ result, ...rest }) =>
    result.kind === 'accepted' ? [{ ...rest, answer: result.answer }] : [],
  );
  const facts = events.filter((event) => event.type === 'BidPlaced' || event.type === 'MaximumRaised');
  expect(facts, 'a bid has exactly one event if it was accepted, and none if it was not').toHaveLength(
    taken.length,
  );
  for (const { asked: bid, answer, from, to } of taken) {
    const placed = events.find((event) => 'bidId' in event && event.bidId === answer.bid.id);
    expect(placed, 'each answered bid is stored').toBeDefined();
    if (bid.maximum !== undefined || !placed) continue;
    expect(answer.bid.amount, 'a plain bid is for its amount').toBe(bid.amount);
    expect(placed.at >= from && placed.at <= to, 'a bid counts at the database’s time').toBe(true);
  }
  expectOneAnswerForOneKey(model);
}

async function storedBids(pool: Pool, itemId: string): Promise<unknown[]> {
  const bids = 'SELECT id, amount, sequence FROM bids WHERE item_id = $1 ORDER BY sequence';
  return (await pool.query(bids, [itemId])).rows;
}

function expectOneAnswerForOneKey({ answered }: Model): void {
  const first = new Map<string, unknown>();
  for (const { asked: bid, result } of answered) {
    if (bid.key === undefined || result.kind === 'rejected') continue;
    const name = `${bid.who} ${bid.key}`;
    const answer = result.kind === 'accepted' ? result.answer : result.remembered.answer;
    if (first.has(name)) expect(answer, 'one key has one answer').toEqual(first.get(name));
    first.set(name, answer);
  }
}

function toRequest({ itemId }: Real, bid: Asked): BidRequest {
  const command: PlaceBid = {
    type: 'PlaceBid',
    bidId: uuidv7(),
    answerId: uuidv7(),
    userId: BIDDERS[bid.who]?.userId ?? '',
    amount: bid.amount,
    maximum: bid.maximum,
  };
  // All runs share one table of keys.
  const key = bid.key === undefined ? undefined : `${itemId} ${bid.key}`;
  return { itemId, command, key };
}

function processOf({ processes }: Real, n: number): Auctions {
  const process = processes[n % processes.length];
  if (!process) throw new Error('no process');
  return process;
}

async function clockOf(pool: Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? new Date(Number.NaN);
}

function untilOver({ pool, itemId }: Real): Promise<void> {
  return vi.waitFor(async () => {
    const { rows } = await pool.query<{ over: boolean }>(
      'SELECT clock_timestamp() > end_at AS over FROM items WHERE id = $1',
      [itemId],
    );
    expect(rows[0]?.over).toBe(true);
  }, AWHILE);
}

function describe({ who, amount: plain, maximum, key }: Asked): string {
  const bid = maximum === undefined ? `${plain}` : `up to ${maximum}`;
  return `${BIDDERS[who]?.name} ${bid}${key === undefined ? '' : ` as ${key}`}`;
}
