/** Everything that a person can be notified about. The migrations' check lists the same kinds. */
export type NoticeKind =
  /** Somebody else leads an auction in which they led or bid. */
  | 'outbid'
  /** They won an auction. */
  | 'won'
  /** Their item was sold. */
  | 'sold'
  /** The bids on their item stayed below its reserve. */
  | 'reserve_not_met'
  /** Their item's auction ended without a bid. */
  | 'no_bids'
  /** An auction in which they bid ended, and they did not win. */
  | 'lost'
  /** An auction that they watch ended. */
  | 'ended'
  /** An auction that they bid in or watch ends soon. */
  | 'ending_soon'
  /** An auction that they watch has started. */
  | 'started'
  /** An unsold item that they bid on or watch was listed again. The notice is about the new item. */
  | 'relisted'
  /** Their item received its first bid. */
  | 'first_bid'
  /** An item that they bid on or watch was withdrawn. */
  | 'cancelled';

/** The kinds of preferences; the table preference_defaults lists the same. */
export type PreferenceKind = Exclude<NoticeKind, 'reserve_not_met' | 'no_bids'> | 'unsold';

/** How an auction ended. `bought_now`: sold at its buy-now price, before its scheduled end. */
export type AuctionOutcome = 'sold' | 'bought_now' | 'reserve_not_met' | 'no_bids';

/** An amount in minor units, with its ISO 4217 code. */
export interface Price {
  readonly amount: bigint;
  readonly currency: string;
}

/** One notification for one person, caused by one event. */
export interface Notice {
  readonly eventId: string;
  readonly userId: string;
  readonly kind: NoticeKind;
  readonly itemId: string;
  readonly price?: Price;
  /** Set for the kinds that are about an end, except `cancelled`. */
  readonly outcome?: AuctionOutcome;
  /** Used while the item's own title is unknown. */
  readonly title?: string;
  readonly happenedAt: Date;
}

/** The preference that decides whether a notice is stored and mailed. */
export function preferenceOf(kind: NoticeKind): PreferenceKind {
  return kind === 'reserve_not_met' || kind === 'no_bids' ? 'unsold' : kind;
}
