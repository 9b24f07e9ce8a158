import type { Notice, Price } from './notice.ts';

/** What an event of an item says of a bid: when, at which version, at what price. */
export interface Moment {
  readonly eventId: string;
  readonly itemId: string;
  /** The item's version after it: what orders events, in whatever order they come. */
  readonly sequence: bigint;
  readonly price: Price;
  readonly at: Date;
}

/** How one bidder of one item stands, as far as the events that have come say. */
export interface Standing {
  readonly userId: string;
  /** The newest moment at which they are known to have led. */
  readonly led: Moment | undefined;
  /** The newest known moment at which somebody else led after a bid of theirs. */
  readonly lost: Moment | undefined;
  /** Version of the newest loss that they were told of; 0 for none. */
  readonly told: bigint;
}

/** Something that an event says of one bidder. */
export interface Fact {
  readonly kind: 'led' | 'lost';
  readonly userId: string;
  readonly moment: Moment;
}

/** A bidder of whom nothing has been heard. */
export function newcomer(userId: string): Standing {
  return { userId, led: undefined, lost: undefined, told: 0n };
}

/**
 * What a fact makes of a standing. A bidder is told once that they were outbid, until they have led again: of the bids that
 * follow each other while they do not lead, one gives a notice, in whatever order the events come. What lies before a
 * moment at which they are known to have led is past, and told no more.
 */
export function learn(
  standing: Standing,
  { kind, moment }: Fact,
): { readonly standing: Standing; readonly notice: Notice | undefined } {
  const known = standing[kind];
  const now =
    known !== undefined && known.sequence >= moment.sequence ? standing : { ...standing, [kind]: moment };
  const led = now.led?.sequence ?? 0n;
  if (now.lost === undefined || now.lost.sequence <= led || now.told > led) {
    return { standing: now, notice: undefined };
  }
  return { standing: { ...now, told: now.lost.sequence }, notice: outbid(now.userId, now.lost) };
}

function outbid(userId: string, { eventId, itemId, price, at }: Moment): Notice {
  return { kind: 'outbid', eventId, itemId, userId, price, happenedAt: at };
}
