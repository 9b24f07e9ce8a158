import { attribute } from '@gavel/observability/attributes';
import { activeSpan } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { Auctions, Change, DecideLocked } from '../../application/auctions.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import type { RelistingDecision } from '../../domain/auction/decide-relisting.ts';
import type { RejectionReason, RejectionReasons } from '../../domain/auction/decision.ts';
import { evolveAll } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { createBidDesk } from './bid-desk.ts';
import { announceDue, closeDue } from './change-due.ts';
import { lockAuction } from './lock-auction.ts';
import { writeAuction } from './write-auction.ts';

/** The auctions as rows of Postgres. */
export function createPostgresAuctions(pool: Pool): Auctions {
  const placeBid = createBidDesk(pool);
  return {
    change: (itemId, decideLocked) => {
      activeSpan()?.setAttribute(attribute.aggregateId, itemId);
      return transaction(pool, (tx) => changeLocked(tx, itemId, decideLocked));
    },
    placeBid: (request) => {
      activeSpan()?.setAttribute(attribute.aggregateId, request.itemId);
      return placeBid(request);
    },
    relist: (itemId, decideLocked) => {
      activeSpan()?.setAttribute(attribute.aggregateId, itemId);
      return transaction(pool, (tx) => relistLocked(tx, itemId, decideLocked));
    },
    closeDue: (limit, decideLocked) => closeDue(pool, limit, decideLocked),
    announceDue: (limit, decideLocked) => announceDue(pool, limit, decideLocked),
  };
}

async function changeLocked<R extends RejectionReason>(
  tx: Transaction,
  itemId: string,
  decideLocked: DecideLocked<R>,
): Promise<Change<R>> {
  const { auction, now } = await lockAuction(tx, itemId);
  const decision = decideLocked(auction, now);
  if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
  const steps = evolveAll(auction, decision.events);
  const after = steps.at(-1)?.after ?? auction;
  if (!after) throw new Error(`item ${itemId}: accepted without an event, and there is no such item`);
  if (steps.length > 0) {
    await writeAuction(tx, steps);
    await append(tx, toNewEvents(steps));
  }
  return { kind: 'accepted', auction: after, steps, now };
}

async function relistLocked(
  tx: Transaction,
  itemId: string,
  decideLocked: (auction: Auction | undefined, now: Date) => RelistingDecision,
): Promise<Change<RejectionReasons['RelistItem' | 'CreateItem']>> {
  const { auction, now } = await lockAuction(tx, itemId);
  const decision = decideLocked(auction, now);
  if (!decision.ok) return { kind: 'rejected', rejection: decision.rejection };
  const successor = evolveAll(undefined, decision.successor);
  const steps = [...evolveAll(auction, decision.events), ...successor];
  const after = successor.at(-1)?.after;
  if (!after) throw new Error(`item ${itemId} was relisted as nothing`);
  await writeAuction(tx, steps);
  await append(tx, toNewEvents(steps));
  return { kind: 'accepted', auction: after, steps, now };
}
