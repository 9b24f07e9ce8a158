/** What a person is told, in the order in which preferences are shown. */
export const notificationKinds = ['outbid', 'won', 'sold', 'ending_soon', 'cancelled', 'unsold'] as const;

export type NotificationKind = (typeof notificationKinds)[number];

/** One thing told to one person. */
export interface Notification {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly itemId: string;
  /** Empty while it is not known. */
  readonly title: string;
  /** Minor units and ISO 4217 code, where the kind has a price. */
  readonly price: { readonly amount: bigint; readonly currency: string } | undefined;
  /** When what it tells happened; with the id, its place in the list. */
  readonly happenedAt: Date;
  readonly readAt: Date | undefined;
}

/** How a person wants one kind. */
export interface Preference {
  readonly kind: NotificationKind;
  readonly inApp: boolean;
  readonly email: boolean;
}
