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
  /** An auction that they bid in or watch ends soon. */
  | 'ending_soon'
  /** An item that they bid on or watch was withdrawn. */
  | 'cancelled';

/** The kinds of preferences; the table preference_defaults lists the same. */
export type PreferenceKind = 'outbid' | 'won' | 'sold' | 'unsold' | 'ending_soon' | 'cancelled';

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
  readonly happenedAt: Date;
}

/** The preference that decides whether a notice is stored and mailed. */
export function preferenceOf(kind: NoticeKind): PreferenceKind {
  return kind === 'reserve_not_met' || kind === 'no_bids' ? 'unsold' : kind;
}
