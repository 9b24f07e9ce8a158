import { randomUUID } from 'node:crypto';
import type { DescMessage } from '@bufbuild/protobuf';
import { eventMessage, uuidv7 } from '@gavel/consumer-runtime/testing/foreign-producer';
import type { TopicMessage } from '@gavel/consumer-runtime/testing/topic-publisher';
import { EmailVerifiedSchema, UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import {
  AuctionClosedSchema,
  AuctionEndingSoonSchema,
  AuctionExtendedSchema,
  AuctionStartedSchema,
  BidPlacedSchema,
  ItemCancelledSchema,
  ItemCreatedSchema,
  ItemRelistedSchema,
  ItemUnwatchedSchema,
  ItemUpdatedSchema,
  ItemWatchedSchema,
  MaximumRaisedSchema,
  ProxyBidPlacedSchema,
} from '@gavel/proto/gen/bids/v1/events_pb';
import { v5 } from 'uuid';

/** A message that holds an event. */
export interface EventMessage extends TopicMessage {
  readonly id: string;
}

/** An event as the relay publishes it to the exchange. */
function message<S extends DescMessage>(...event: Parameters<typeof eventMessage<S>>): EventMessage {
  const { envelope, properties, body } = eventMessage(...event);
  return { id: envelope.id, subject: envelope.subject, headers: properties, body };
}

const now = () => new Date().toISOString();
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const watchId = (itemId: string, userId: string) => v5(`${itemId}:${userId}`, v5.URL);

function bidFields(itemId: string, userId: string, sequence: number) {
  const amount = BigInt(sequence * 100);
  return { bidId: uuidv7(), itemId, userId, amount, currency: 'EUR', timestamp: now() };
}

export const event = {
  created: (itemId: string, title: string, { images = [] as string[], endAt = inMinutes(60) } = {}) =>
    message(ItemCreatedSchema, itemId, 1, {
      itemId,
      sellerId: randomUUID(),
      title,
      images,
      startPrice: 100n,
      currency: 'EUR',
      createdAt: now(),
      endAt,
    }),

  updated: (itemId: string, sequence: number, title: string, images: string[] = []) =>
    message(ItemUpdatedSchema, itemId, sequence, { itemId, title, images, updatedAt: now() }),

  started: (itemId: string, sequence: number, sellerId: string = randomUUID()) =>
    message(AuctionStartedSchema, itemId, sequence, {
      itemId,
      sellerId,
      title: 'A scheduled item',
      startsAt: now(),
      timestamp: now(),
    }),

  extended: (itemId: string, sequence: number, endAt: string) =>
    message(AuctionExtendedSchema, itemId, sequence, {
      itemId,
      previousEndAt: now(),
      endAt,
      timestamp: now(),
    }),

  maximumRaised: (itemId: string, userId: string, sequence: number, minimumNextBid: bigint) =>
    message(MaximumRaisedSchema, itemId, sequence, {
      itemId,
      userId,
      currentHighestBid: minimumNextBid - 1n,
      currency: 'EUR',
      minimumNextBid,
      timestamp: now(),
    }),

  relisted: (itemId: string, relistedAs: string, sequence: number, sellerId: string = randomUUID()) =>
    message(ItemRelistedSchema, itemId, sequence, { itemId, relistedAs, sellerId, timestamp: now() }),

  /** In the form of old events, which do not name the outbid bidder. */
  bid: (itemId: string, userId: string, sequence: number) =>
    message(BidPlacedSchema, itemId, sequence, bidFields(itemId, userId, sequence)),

  /**
   * In the current form. Without an outbid bidder it is the first bid, the leader's own bid, or a bid that a standing
   * maximum beats.
   */
  placed: (
    itemId: string,
    userId: string,
    sequence: number,
    outbidUserId = '',
    { bidCount = sequence - 1, sellerId = randomUUID() as string } = {},
  ) =>
    message(BidPlacedSchema, itemId, sequence, {
      ...bidFields(itemId, userId, sequence),
      outbidUserId,
      bidCount: BigInt(bidCount),
      currentHighestBid: BigInt(sequence * 100),
      minimumNextBid: BigInt(sequence * 100 + 50),
      sellerId,
      title: 'A titled bid',
    }),

  /** Without an outbid bidder: a raised maximum has reached the reserve price. */
  proxyBid: (itemId: string, userId: string, sequence: number, outbidUserId = '') =>
    message(ProxyBidPlacedSchema, itemId, sequence, {
      ...bidFields(itemId, userId, sequence),
      minimumNextBid: BigInt(sequence * 100 + 50),
      outbidUserId,
    }),

  endingSoon: (itemId: string, sequence: number, { endAt = inMinutes(10), amount = 300n } = {}) =>
    message(AuctionEndingSoonSchema, itemId, sequence, {
      itemId,
      sellerId: randomUUID(),
      title: 'An item in its last minutes',
      endAt,
      currentHighestBid: amount,
      currency: 'EUR',
      timestamp: now(),
    }),

  // A minute ago by default: before every event of the item that the test makes, in whatever order it makes them.
  watched: (itemId: string, userId: string, version: number, timestamp = inMinutes(-1)) =>
    message(ItemWatchedSchema, watchId(itemId, userId), version, { itemId, userId, timestamp }),

  unwatched: (itemId: string, userId: string, version: number) =>
    message(ItemUnwatchedSchema, watchId(itemId, userId), version, { itemId, userId, timestamp: now() }),

  cancelled: (itemId: string, sequence: number, sellerId: string = randomUUID()) =>
    message(ItemCancelledSchema, itemId, sequence, { itemId, sellerId, cancelledAt: now() }),

  /** Without a winner it is not sold. Bought at once: closed an hour before its scheduled end. */
  closed: (
    itemId: string,
    sellerId: string,
    sequence: number,
    winnerId?: string,
    { outcome, boughtNow = false }: { outcome?: ItemOutcome; boughtNow?: boolean } = {},
  ) =>
    message(AuctionClosedSchema, itemId, sequence, {
      itemId,
      sellerId,
      closedAt: now(),
      endAt: inMinutes(boughtNow ? 60 : -1),
      currency: 'EUR',
      outcome: outcome ?? (winnerId === undefined ? ItemOutcome.NO_BIDS : ItemOutcome.SOLD),
      ...(winnerId !== undefined && { winnerId, winningAmount: 12_300n }),
    }),

  userCreated: (userId: string, email: string, fullName: string) =>
    message(UserCreatedSchema, userId, 1, { userId, email, fullName, createdAt: now() }),

  emailVerified: (userId: string, email: string, sequence = 2) =>
    message(EmailVerifiedSchema, userId, sequence, { userId, email, verifiedAt: now() }),
};
