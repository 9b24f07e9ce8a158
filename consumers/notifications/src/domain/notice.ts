/** Everything a person can be told. The migrations' check lists the same. */
export type NoticeKind =
  /** Somebody else leads where they led or bid. */
  | 'outbid'
  /** They won an auction. */
  | 'won'
  /** Their item was sold. */
  | 'sold'
  /** Their item's bids stayed under its reserve. */
  | 'reserve_not_met'
  /** Their item's auction ended without a bid. */
  | 'no_bids'
  /** An auction that they bid in or watch ends soon. */
  | 'ending_soon'
  /** An item that they bid on or watch was withdrawn. */
  | 'cancelled';

/** What people set for themselves; preference_defaults lists the same. */
export type PreferenceKind = 'outbid' | 'won' | 'sold' | 'unsold' | 'ending_soon' | 'cancelled';

/** Minor units, with their ISO 4217 code. */
export interface Price {
  readonly amount: bigint;
  readonly currency: string;
}

/** One thing that one person is told because of one event. */
export interface Notice {
  readonly eventId: string;
  readonly userId: string;
  readonly kind: NoticeKind;
  readonly itemId: string;
  readonly price?: Price;
  readonly happenedAt: Date;
}

/** The preference that decides whether a notice is made. */
export function preferenceOf(kind: NoticeKind): PreferenceKind {
  return kind === 'reserve_not_met' || kind === 'no_bids' ? 'unsold' : kind;
}
