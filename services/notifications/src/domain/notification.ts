/** The kinds of notification, in the order in which preferences are listed. */
export const notificationKinds = ['outbid', 'won', 'sold', 'ending_soon', 'cancelled', 'unsold'] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** A message to one user about one item. */
export interface Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly itemId: string;
  /** Empty when the title is not known yet. */
  readonly title: string;
  /** Minor units and an ISO 4217 code; undefined for kinds without a price. */
  readonly price: { readonly amount: bigint; readonly currency: string } | undefined;
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
