import type { Notice, Price } from './notice.ts';

/** A bid in an event: its time, the item's version and the price. */
export interface Moment {
  readonly eventId: string;
  readonly itemId: string;
  /** The item's version after the bid. Events are ordered by it, not by arrival. */
  readonly sequence: bigint;
  readonly price: Price;
  readonly at: Date;
}

/** The standing of one bidder of one item, by the events that have arrived. */
export interface Standing {
  readonly userId: string;
  /** The newest known moment at which they led. */
  readonly led: Moment | undefined;
  /** The newest known moment at which somebody else led after this bidder's bid. */
  readonly lost: Moment | undefined;
  /** Version of the newest lost lead that they were notified about; 0 for none. */
  readonly notified: bigint;
}

/** What an event states about one bidder. */
export interface Fact {
  readonly kind: 'led' | 'lost';
  readonly userId: string;
  readonly moment: Moment;
}

/** The standing of a bidder without any event. */
export function emptyStanding(userId: string): Standing {
  return { userId, led: undefined, lost: undefined, notified: 0n };
}

/**
 * The standing after a fact, and the notice that the fact causes. While a bidder does not lead, the bids of others cause one
 * notice in total, in whatever order the events arrive. If the bidder is known to have led later, an earlier lost lead
 * causes no notice.
 */
export function applyFact(
  standing: Standing,
  { kind, moment }: Fact,
): { readonly standing: Standing; readonly notice: Notice | undefined } {
  const known = standing[kind];
  const now =
    known !== undefined && known.sequence >= moment.sequence ? standing : { ...standing, [kind]: moment };
  const led = now.led?.sequence ?? 0n;
  if (now.lost === undefined || now.lost.sequence <= led || now.notified > led) {
    return { standing: now, notice: undefined };
  }
  return { standing: { ...now, notified: now.lost.sequence }, notice: outbid(now.userId, now.lost) };
}

function outbid(userId: string, { eventId, itemId, price, at }: Moment): Notice {
  return { kind: 'outbid', eventId, itemId, userId, price, happenedAt: at };
}
