import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { toNewEvents } from '../adapters/outbox/to-new-events.ts';
import { ITEM_COLUMNS, type ItemRow, toAuction } from '../adapters/postgres/item-row.ts';
import { createPostgresAuctions } from '../adapters/postgres/postgres-auctions.ts';
import { type BidResult, type DecideBid, decideBatch, toBidAnswer } from '../application/decide-batch.ts';
import type { Auctions } from '../application/ports.ts';
import type { Auction } from '../domain/auction/auction.ts';
import { accept } from '../domain/auction/commands.ts';
import { decide } from '../domain/auction/decide.ts';
import type { AuctionEvent } from '../domain/auction/events.ts';
import { evolveAll, type Step, stepsOf } from '../domain/auction/evolve.ts';

/** Reads the price, decides, then inserts. Without a lock, two bids may be decided on the same price. */
export function readThenInsert(auctions: Auctions, pool: Pool): Auctions {
  return {
    ...auctions,
    placeBid: ({ itemId, command }) =>
      transaction(pool, async (tx): Promise<BidResult> => {
        const read = await tx.query<ItemRow & { now: Date }>(
          `SELECT ${ITEM_COLUMNS}, clock_timestamp() AS now FROM items WHERE id = $1`,
          [itemId],
        );
        const row = read.rows[0];
        if (!row) throw new Error('no item');
        const before = toAuction(row);
        const decision = decide(before, command, row.now);
        if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
        const steps = evolveAll(before, decision.events);
        const after = steps.at(-1)?.after;
        const highest = after?.highestBid;
        const { rows } = await tx.query<{ version: bigint }>(
          `UPDATE items SET version = version + $2, bid_count = bid_count + $3, highest_bid = $4, highest_bidder = $5,
             highest_maximum = $6, highest_bid_id = $7, highest_bid_at = $8, highest_bid_automatic = $9, end_at = $10,
             updated_at = $11, revision = revision + $12 WHERE id = $1 RETURNING version`,
          [
            itemId,
            steps.length,
            steps.filter(isBid).length,
            highest?.amount,
            highest?.userId,
            highest?.maximum,
            highest?.bidId,
            highest?.at,
            highest?.automatic,
            after?.endAt,
            after?.updatedAt,
            (after?.revision ?? before.revision) - before.revision,
          ],
        );
        const version = (rows[0]?.version ?? 0n) - BigInt(steps.length);
        const placed = steps.map(({ event, after }, i) => ({
          event,
          after: { ...after, version: version + BigInt(i + 1) },
        }));
        for (const { event, after } of placed.filter(isBid)) {
          if (event.type !== 'BidPlaced' && event.type !== 'ProxyBidPlaced') continue;
          await tx.query(
            `INSERT INTO bids (id, item_id, user_id, amount, maximum, automatic, sequence, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
            [
              event.bidId,
              itemId,
              event.userId,
              event.amount,
              event.type === 'BidPlaced' ? event.maximum : undefined,
              event.type === 'ProxyBidPlaced',
              after.version,
              event.at,
            ],
          );
        }
        await append(tx, toNewEvents(placed));
        return { kind: 'accepted', answer: toBidAnswer(command, placed), visible: true };
      }),
  };
}

function isBid({ event }: Step): boolean {
  return event.type === 'BidPlaced' || event.type === 'ProxyBidPlaced';
}

/** Moves the end for a late bid, even if the bid is rejected. */
export function extensionOnRejection(auctions: Auctions): Auctions {
  return {
    ...auctions,
    async placeBid(request) {
      const result = await auctions.placeBid(request);
      if (result.kind === 'rejected') {
        await auctions.change(request.itemId, (auction, now) => {
          if (auction?.status !== 'active' || now >= auction.endAt) return { ok: true, steps: [] };
          return stepsOf(auction, accept(...extension(auction, now)));
        });
      }
      return result;
    },
  };
}

/** Raises the price to the reserve price together with a maximum, without a bid. */
export function liftWithoutBid(pool: Pool): Auctions {
  return decidingBadly(pool, (...bid) => {
    const decision = decide(...bid);
    if (!decision.ok) return decision;
    const [raised, lift, ...rest] = decision.events;
    if (raised?.type !== 'MaximumRaised' || lift?.type !== 'ProxyBidPlaced') return decision;
    return accept({ ...raised, price: lift.amount }, ...rest);
  });
}

/** Moves the end when the leader raises their maximum, although the price stays. */
export function extensionOnRaise(pool: Pool): Auctions {
  return decidingBadly(pool, (auction, command, now) => {
    const decision = decide(auction, command, now);
    const raised = decision.ok && decision.events.every(({ type }) => type === 'MaximumRaised');
    return raised && auction ? accept(...decision.events, ...extension(auction, now)) : decision;
  });
}

/** Lets the leader outbid themselves, which raises the price and moves the end. */
export function biddingAgainstOneself(pool: Pool): Auctions {
  return decidingBadly(pool, (auction, command, now) => {
    const decision = decide(auction, command, now);
    const { bidId, userId, amount } = command;
    const leading = auction?.highestBid;
    if (decision.ok || !leading || leading.userId !== userId || amount <= leading.amount) return decision;
    const maximum = leading.maximum !== undefined && leading.maximum > amount ? leading.maximum : amount;
    const bid = { bidId, userId, amount, maximum, leads: true, price: amount, outbid: undefined, at: now };
    return accept({ type: 'BidPlaced', ...bid }, ...extension(auction, now));
  });
}

function extension(auction: Auction, now: Date): AuctionEvent[] {
  const { endAt, hardEndAt, softCloseSeconds } = auction;
  const end = new Date(Math.min(now.getTime() + softCloseSeconds * 1000, hardEndAt.getTime()));
  return end > endAt ? [{ type: 'AuctionExtended', previousEndAt: endAt, endAt: end, at: now }] : [];
}

function decidingBadly(pool: Pool, decideBid: DecideBid): Auctions {
  return createPostgresAuctions(pool, (bids, locked, remembered) =>
    decideBatch(bids, locked, remembered, decideBid),
  );
}

/** Stores the time of a raised maximum as the time of the item's last change, which everybody sees. */
export function raiseThatShows(pool: Pool): Auctions {
  return createPostgresAuctions(pool, (bids, locked, remembered) => {
    const decision = decideBatch(bids, locked, remembered);
    const changes = decision.changes.map(({ version, steps }) => ({
      version,
      steps: steps.map(({ event, after }) => ({ event, after: { ...after, updatedAt: event.at } })),
    }));
    return { ...decision, changes };
  });
}

/** Decides by the clock of the process, which is behind the database's clock. */
export function appClock(pool: Pool, behindMs: number): Auctions {
  return createPostgresAuctions(pool, (bids, locked, remembered) => {
    const late = [...locked].map(
      ([itemId, { auction, now }]) => [itemId, { auction, now: new Date(now.getTime() - behindMs) }] as const,
    );
    return decideBatch(bids, new Map(late), remembered);
  });
}
