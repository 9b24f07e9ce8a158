import fc from 'fast-check';
import type { AuctionCommand, CreateItem, PlaceBid } from '../domain/auction/commands.ts';
import { at, createClock } from './auction-scenario.ts';

const bidder = fc.constantFrom('ann', 'bob', 'eve');
const anyone = fc.constantFrom('ann', 'bob', 'eve', 'seller');

/** Amounts from a few tiers. Many are close together, so that ties and single increments occur. */
export const amount: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(90n, 400n),
  fc.bigInt(1n, 20n).map((n) => n * 50n),
  fc.bigInt(90n, 12_000n),
);

/** A bid by one of three people, sometimes by the seller; about half of them with a maximum. */
export const placing: fc.Arbitrary<PlaceBid> = fc.record({
  type: fc.constant('PlaceBid' as const),
  bidId: fc.uuid(),
  answerId: fc.uuid(),
  userId: fc.oneof({ weight: 9, arbitrary: bidder }, { weight: 1, arbitrary: anyone }),
  amount,
  maximum: fc.option(amount, { nil: undefined, freq: 2 }),
});

/** An auction of one hour with random terms. */
export const creation: fc.Arbitrary<CreateItem> = fc
  .record({
    reservePrice: fc.option(fc.bigInt(100n, 2_000n), { nil: undefined, freq: 2 }),
    aboveReserve: fc.option(fc.bigInt(0n, 5_000n), { nil: undefined, freq: 2 }),
    softCloseSeconds: fc.constantFrom(0, 1, 60, 600),
    extensionSeconds: fc.constantFrom(undefined, 0, 30, 600),
    startSeconds: fc.constantFrom(undefined, undefined, 1, 600),
  })
  .map(({ reservePrice, aboveReserve, softCloseSeconds, extensionSeconds, startSeconds }) => ({
    ...createClock,
    reservePrice,
    buyNowPrice: aboveReserve === undefined ? undefined : above(reservePrice ?? 100n, aboveReserve),
    softCloseSeconds,
    startsAt: startSeconds === undefined ? undefined : at(startSeconds),
    hardEndAt: extensionSeconds === undefined ? undefined : at(3600 + extensionSeconds),
  }));

/** A buy-now price: at least the reserve price, and above the start price. */
function above(price: bigint, more: bigint): bigint {
  const sum = price + more;
  return sum > createClock.startPrice ? sum : createClock.startPrice + 1n;
}

const command: fc.Arbitrary<AuctionCommand> = fc.oneof(
  { weight: 40, arbitrary: placing },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('BuyNow' as const), userId: anyone }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('CancelItem' as const), userId: anyone }) },
  { weight: 2, arbitrary: fc.constant<AuctionCommand>({ type: 'Announce' }) },
  { weight: 3, arbitrary: fc.constant<AuctionCommand>({ type: 'CloseAuction' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('UpdateItem' as const),
      userId: anyone,
      changes: fc.record({ title: fc.string() }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('RelistItem' as const),
      userId: anyone,
      relistedAs: fc.uuid(),
    }),
  },
);

// Many of them are just before the end, where late bids move it.
const moment = fc
  .oneof(fc.integer({ min: 0, max: 3_500_000 }), fc.integer({ min: 3_500_000, max: 3_700_000 }))
  .map((ms) => ms / 1000);

/** Random commands, in the order of the seconds since the start. */
export const commands: fc.Arbitrary<[AuctionCommand, number][]> = fc
  .array(fc.tuple(command, moment), { maxLength: 40, size: 'max' })
  .map((list) => list.toSorted(([, a], [, b]) => a - b));
