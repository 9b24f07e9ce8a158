/** Everything a person can be told. The migration's check lists the same. */
export type NoticeKind =
  /** Somebody else leads where they led. */
  | 'outbid'
  /** They won an auction. */
  | 'won'
  /** Their item was sold. */
  | 'sold'
  /** Their item's bids stayed under its reserve. */
  | 'reserve_not_met'
  /** Their item's auction ended without a bid. */
  | 'no_bids'
  /** An item that they bid on was withdrawn. */
  | 'cancelled';

/** One thing that one person is told because of one event. */
export interface Notice {
  readonly eventId: string;
  readonly userId: string;
  readonly kind: NoticeKind;
  readonly itemId: string;
  /** Minor units, with their ISO 4217 code. */
  readonly price?: { readonly amount: bigint; readonly currency: string };
  readonly happenedAt: Date;
}
