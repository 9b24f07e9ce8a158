import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Pool } from '@gavel/postgres/pool';
import { currencyDigits } from '@gavel/proto/currencies';
import { decodeEvent } from '@gavel/proto/events';
import { ItemOutcome } from '@gavel/proto/gen/bids/v1/bids_pb';
import * as wire from '@gavel/proto/gen/bids/v1/events_pb';
import { ITEM_COLUMNS, type ItemRow, toAuction } from '../adapters/postgres/item-row.ts';
import type { Auction, AuctionOutcome } from '../domain/auction/auction.ts';
import type { AuctionEvent } from '../domain/auction/events.ts';

export interface StoredAuction {
  /** From the item's row. */
  auction: Auction;
  /** From the outbox, with the maxima and the reserve price, which only the tables contain. */
  events: AuctionEvent[];
  sequences: bigint[];
}

interface OutboxRow {
  type: string;
  sequence: bigint;
  body: Buffer;
}

interface Secrets {
  reservePrice: bigint | undefined;
  /** The maxima of bids, by bid id. */
  maxima: ReadonlyMap<string, bigint | undefined>;
  /** Raised maxima, by the sequence of their event. */
  raised: ReadonlyMap<bigint, bigint>;
}

/** Reads a stored auction: its row, and the events, which must produce the same state. */
export async function readStoredAuction(pool: Pool, itemId: string): Promise<StoredAuction> {
  const items = await pool.query<ItemRow>(`SELECT ${ITEM_COLUMNS} FROM items WHERE id = $1`, [itemId]);
  const outbox = await pool.query<OutboxRow>(
    'SELECT type, sequence, body FROM outbox WHERE aggregate_id = $1 ORDER BY sequence',
    [itemId],
  );
  const row = items.rows[0];
  if (!row) throw new Error(`no item ${itemId}`);
  const auction = toAuction(row);
  const secrets = await readSecrets(pool, auction);
  const events = outbox.rows.map((event, i) => {
    const answered = outbox.rows[i + 1]?.type === wire.ProxyBidPlacedSchema.typeName;
    return toAuctionEvent(event, answered, secrets);
  });
  return { auction, events, sequences: outbox.rows.map(({ sequence }) => sequence) };
}

/** The body of a stored event. Throws if it breaks a field rule, because every consumer would park it. */
function decode<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const decoded = decodeEvent(schema, bytes);
  if (!decoded.ok) throw new Error(`${schema.typeName}: ${decoded.problem}`);
  return decoded.body;
}

async function readSecrets(pool: Pool, { id, reservePrice }: Auction): Promise<Secrets> {
  const bids = await pool.query<{ id: string; maximum: bigint | null }>(
    'SELECT id, maximum FROM bids WHERE item_id = $1',
    [id],
  );
  const raised = await pool.query<{ sequence: bigint; maximum: bigint }>(
    'SELECT sequence, maximum FROM raised_maxima WHERE item_id = $1',
    [id],
  );
  return {
    reservePrice,
    maxima: new Map(bids.rows.map((bid) => [bid.id, bid.maximum ?? undefined])),
    raised: new Map(raised.rows.map(({ sequence, maximum }) => [sequence, maximum])),
  };
}

function toAuctionEvent(
  { type, sequence, body }: OutboxRow,
  answered: boolean,
  secrets: Secrets,
): AuctionEvent {
  switch (type) {
    case wire.ItemCreatedSchema.typeName:
      return created(decode(wire.ItemCreatedSchema, body), secrets);
    case wire.ItemUpdatedSchema.typeName: {
      const { title, description, images, category, updatedAt } = decode(wire.ItemUpdatedSchema, body);
      return {
        type: 'ItemUpdated',
        listing: { title, description, images, category },
        at: new Date(updatedAt),
      };
    }
    case wire.ItemCancelledSchema.typeName: {
      const { cancelledAt } = decode(wire.ItemCancelledSchema, body);
      return { type: 'ItemCancelled', at: new Date(cancelledAt) };
    }
    case wire.AuctionStartedSchema.typeName:
      return { type: 'AuctionStarted', at: new Date(decode(wire.AuctionStartedSchema, body).timestamp) };
    case wire.AuctionEndingSoonSchema.typeName:
      return {
        type: 'AuctionEndingSoon',
        at: new Date(decode(wire.AuctionEndingSoonSchema, body).timestamp),
      };
    case wire.BidPlacedSchema.typeName: {
      const bid = decode(wire.BidPlacedSchema, body);
      return {
        type: 'BidPlaced',
        bidId: bid.bidId,
        userId: bid.userId,
        amount: bid.amount,
        maximum: secrets.maxima.get(bid.bidId),
        leads: !answered,
        price: bid.currentHighestBid,
        outbid: bid.outbidUserId || undefined,
        at: new Date(bid.timestamp),
      };
    }
    case wire.ProxyBidPlacedSchema.typeName: {
      const { bidId, userId, amount, outbidUserId, timestamp } = decode(wire.ProxyBidPlacedSchema, body);
      const outbid = outbidUserId || undefined;
      return { type: 'ProxyBidPlaced', bidId, userId, amount, outbid, at: new Date(timestamp) };
    }
    case wire.MaximumRaisedSchema.typeName: {
      const { userId, currentHighestBid, timestamp } = decode(wire.MaximumRaisedSchema, body);
      const maximum = secrets.raised.get(sequence) ?? 0n;
      return { type: 'MaximumRaised', userId, maximum, price: currentHighestBid, at: new Date(timestamp) };
    }
    case wire.AuctionExtendedSchema.typeName: {
      const { previousEndAt, endAt, timestamp } = decode(wire.AuctionExtendedSchema, body);
      return {
        type: 'AuctionExtended',
        previousEndAt: new Date(previousEndAt),
        endAt: new Date(endAt),
        at: new Date(timestamp),
      };
    }
    case wire.ItemBoughtNowSchema.typeName: {
      const { buyerId, amount, timestamp } = decode(wire.ItemBoughtNowSchema, body);
      return { type: 'ItemBoughtNow', buyerId, amount, at: new Date(timestamp) };
    }
    case wire.AuctionClosedSchema.typeName:
      return closed(decode(wire.AuctionClosedSchema, body));
    case wire.ItemRelistedSchema.typeName: {
      const { relistedAs, timestamp } = decode(wire.ItemRelistedSchema, body);
      return { type: 'ItemRelisted', relistedAs, at: new Date(timestamp) };
    }
    default:
      throw new Error(`${type} is not an event of an auction`);
  }
}

function created(item: wire.ItemCreated, { reservePrice }: Secrets): AuctionEvent {
  const { title, description, images, category } = item;
  if (item.hasReserve !== (reservePrice !== undefined)) throw new Error('has_reserve contradicts the row');
  return {
    type: 'ItemCreated',
    itemId: item.itemId,
    sellerId: item.sellerId,
    listing: { title, description, images, category },
    currency: item.currency,
    currencyDigits: currencyDigits(item.currency),
    startPrice: item.startPrice,
    reservePrice,
    buyNowPrice: item.buyNowPrice === 0n ? undefined : item.buyNowPrice,
    startsAt: new Date(item.startsAt),
    endAt: new Date(item.endAt),
    softCloseSeconds: item.softCloseSeconds,
    hardEndAt: new Date(item.hardEndAt),
    relistedFrom: item.relistedFrom || undefined,
    at: new Date(item.createdAt),
  };
}

const outcomes: Partial<Record<ItemOutcome, AuctionOutcome>> = {
  [ItemOutcome.SOLD]: 'sold',
  [ItemOutcome.RESERVE_NOT_MET]: 'reserve_not_met',
  [ItemOutcome.NO_BIDS]: 'no_bids',
};

function closed({ outcome, winnerId, winningAmount, closedAt }: wire.AuctionClosed): AuctionEvent {
  const known = outcomes[outcome];
  if (!known) throw new Error(`closed with outcome ${outcome}`);
  const winner = winnerId === '' ? undefined : { userId: winnerId, amount: winningAmount };
  return { type: 'AuctionClosed', outcome: known, winner, at: new Date(closedAt) };
}
