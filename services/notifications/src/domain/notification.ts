/** The kinds of notification, in the order in which preferences are listed. */
export const notificationKinds = [
  'outbid',
  'won',
  'sold',
  'ending_soon',
  'cancelled',
  'unsold',
  'lost',
  'ended',
  'started',
  'relisted',
  'first_bid',
] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** How an auction ended. `bought_now`: sold at its buy-now price. */
export type AuctionOutcome = 'sold' | 'bought_now' | 'reserve_not_met' | 'no_bids';

/** A message to one user about one item. */
export interface Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly itemId: string;
  /** Empty when the title is not known yet. */
  readonly title: string;
  /** Minor units and an ISO 4217 code; undefined for kinds without a price. */
  readonly price: { readonly amount: bigint; readonly currency: string } | undefined;
  /** Undefined for kinds that are not about an end, and in older notifications. */
  readonly outcome: AuctionOutcome | undefined;
  /** How many notifications about the item this one stands for, itself included. */
  readonly notices: number;
  /** The time of the event that caused it. Lists are sorted by this time and the id. */
  readonly happenedAt: Date;
  readonly readAt: Date | undefined;
}

/** Whether a user wants one kind of notification shown in the app, and mailed. */
export interface Preference {
  readonly kind: NotificationKind;
  readonly inApp: boolean;
  readonly email: boolean;
}
