import { currencyExponent } from '../currency.ts';
import type { Auction } from './auction.ts';
import type { CreateItem } from './command.ts';
import { accept, type Decision, type RejectionReasons, reject } from './decision.ts';

const DAY_MS = 24 * 3_600_000;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 90 * DAY_MS;
const LONGEST_AHEAD_MS = 90 * DAY_MS;
const DEFAULT_EXTENSION_MS = DAY_MS;
const LONGEST_EXTENSION_MS = 7 * DAY_MS;

type CreationReason = RejectionReasons['CreateItem'];

/** Puts an item up: from one second to 90 days long, beginning at once or within 90 days. */
export function decideCreation(
  auction: Auction | undefined,
  command: CreateItem,
  now: Date,
): Decision<CreationReason> {
  if (auction !== undefined) throw new Error(`item ${command.itemId} exists already`);
  const startsAt = command.startsAt && command.startsAt > now ? command.startsAt : now;
  const { endAt, softCloseSeconds } = command;
  const extension = softCloseSeconds > 0 ? DEFAULT_EXTENSION_MS : 0;
  const hardEndAt = command.hardEndAt ?? new Date(endAt.getTime() + extension);
  const reason = refusedTimes({ startsAt, endAt, hardEndAt }, now) ?? refusedPrices(command);
  if (reason) return reject(reason);
  const { relistedFrom, ...rest } = command;
  return accept({ ...rest, type: 'ItemCreated', startsAt, hardEndAt, relistedFrom, at: now });
}

function refusedTimes(
  { startsAt, endAt, hardEndAt }: { startsAt: Date; endAt: Date; hardEndAt: Date },
  now: Date,
): CreationReason | undefined {
  if (between(now, startsAt) > LONGEST_AHEAD_MS) return 'START_TOO_LATE';
  if (between(startsAt, endAt) < SHORTEST_MS) return 'END_TOO_SOON';
  if (between(startsAt, endAt) > LONGEST_MS) return 'END_TOO_LATE';
  if (hardEndAt < endAt) return 'HARD_END_BEFORE_END';
  return between(endAt, hardEndAt) > LONGEST_EXTENSION_MS ? 'HARD_END_TOO_LATE' : undefined;
}

function refusedPrices(command: CreateItem): CreationReason | undefined {
  const { currency, startPrice, reservePrice, buyNowPrice } = command;
  if (currencyExponent(currency) === undefined) return 'UNKNOWN_CURRENCY';
  if (reservePrice !== undefined && reservePrice < startPrice) return 'RESERVE_BELOW_START';
  if (buyNowPrice === undefined) return undefined;
  if (buyNowPrice < startPrice) return 'BUY_NOW_BELOW_START';
  return reservePrice !== undefined && buyNowPrice < reservePrice ? 'BUY_NOW_BELOW_RESERVE' : undefined;
}

function between(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}
