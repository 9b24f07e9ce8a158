import type { Auction } from './auction.ts';
import type { CreateItem, NewTimes, RelistItem } from './command.ts';
import { decide } from './decide.ts';
import type { Decision, Rejection, RejectionReasons } from './decision.ts';
import type { AuctionEvent } from './event.ts';

type RelistingReason = RejectionReasons['RelistItem' | 'CreateItem'];

/** The facts of the unsold item and those of the new one, or why there are none. */
export type RelistingDecision =
  | {
      readonly ok: true;
      readonly events: readonly AuctionEvent[];
      readonly successor: readonly AuctionEvent[];
    }
  | { readonly ok: false; readonly rejection: Rejection<RelistingReason> };

/** Puts an unsold item up again, as a new one with the same listing and terms at other times: both happen, or neither. */
export function decideRelisting(
  auction: Auction | undefined,
  command: RelistItem,
  times: NewTimes,
  now: Date,
): RelistingDecision {
  const relisted: Decision<RelistingReason> = decide(auction, command, now);
  if (!relisted.ok) return relisted;
  if (!auction) throw new Error('an item that is not there was relisted');
  const { sellerId, listing, currency, startPrice, reservePrice, buyNowPrice, softCloseSeconds } = auction;
  const again: CreateItem = {
    type: 'CreateItem',
    itemId: command.relistedAs,
    sellerId,
    listing,
    currency,
    startPrice,
    reservePrice,
    buyNowPrice,
    softCloseSeconds,
    ...times,
    relistedFrom: auction.id,
  };
  const created = decide(undefined, again, now);
  return created.ok ? { ok: true, events: relisted.events, successor: created.events } : created;
}
