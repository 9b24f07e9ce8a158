import { type Auction, statusAt } from './auction.ts';
import type { AuctionEvent, ItemCreated } from './event.ts';

/** An end is near from so many milliseconds before it. */
const NEAR_MS = 10 * 60_000;
// Whoever meets a shorter auction at all knows that its end is near.
const WORTH_SAYING_MS = 20 * 60_000;

/** What is left to say of a new auction: of the start when it is still to come, of the end when it is far away. */
export function announcementsDue({
  startsAt,
  endAt,
  at,
}: ItemCreated): Pick<Auction, 'startAnnounced' | 'endingSoonAnnounced'> {
  return {
    startAnnounced: startsAt <= at,
    endingSoonAnnounced: endAt.getTime() - startsAt.getTime() <= WORTH_SAYING_MS,
  };
}

/** What is to be said at this moment. */
export function announce(auction: Auction, now: Date): AuctionEvent[] {
  if (statusAt(auction, now) !== 'active') return [];
  const { startAnnounced, endingSoonAnnounced, endAt } = auction;
  return [
    ...(startAnnounced ? [] : [{ type: 'AuctionStarted', at: now } as const]),
    ...(endingSoonAnnounced || now.getTime() < endAt.getTime() - NEAR_MS
      ? []
      : [{ type: 'AuctionEndingSoon', at: now } as const]),
  ];
}

/** When there is something to say next; undefined when nothing will be. */
export function nextAnnouncementAt(auction: Auction): Date | undefined {
  if (auction.status !== 'active') return undefined;
  if (!auction.startAnnounced) return auction.startsAt;
  return auction.endingSoonAnnounced ? undefined : new Date(auction.endAt.getTime() - NEAR_MS);
}
