import { attribute } from '@gavel/observability/attributes';
import { activeSpan } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { DecideBatch } from '../../application/decide-batch.ts';
import type {
  Auctions,
  Change,
  DecideLocked,
  KeyedRequest,
  RepeatedChange,
} from '../../application/ports.ts';
import type { RejectionReason } from '../../domain/auction/commands.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { createBidBatcher } from './bid-batcher.ts';
import { announceDue, closingDue } from './change-due.ts';
import { lockAuction } from './lock-auctions.ts';
import { findRememberedItem, rememberItem } from './remembered-items.ts';
import { writeAuctions } from './write-auctions.ts';

/** The auctions as rows of Postgres. Tests may plant a bug with `decideBatch`. */
export function createPostgresAuctions(pool: Pool, decideBatch?: DecideBatch): Auctions {
  return {
    change: (itemId, decideLocked) => {
      activeSpan()?.setAttribute(attribute.aggregateId, itemId);
      return transaction(pool, (tx) => changeLocked(tx, itemId, decideLocked));
    },
    changeOnce: (itemId, request, decideLocked) => {
      activeSpan()?.setAttribute(attribute.aggregateId, itemId);
      return transaction(pool, (tx) => changeOnce(tx, itemId, request, decideLocked));
    },
    placeBid: createBidBatcher(pool, decideBatch),
    closeDue: closingDue(pool),
    announceDue: (limit, decideLocked) => announceDue(pool, limit, decideLocked),
  };
}

async function changeOnce<R extends RejectionReason>(
  tx: Transaction,
  itemId: string,
  request: KeyedRequest | undefined,
  decideLocked: DecideLocked<R>,
): Promise<Change<R> | RepeatedChange> {
  if (request === undefined) return changeLocked(tx, itemId, decideLocked);
  const remembered = await findRememberedItem(tx, request);
  if (remembered !== undefined) return remembered;
  const change = await changeLocked(tx, itemId, decideLocked);
  if (change.kind === 'accepted') await rememberItem(tx, request, change);
  return change;
}

async function changeLocked<R extends RejectionReason>(
  tx: Transaction,
  itemId: string,
  decideLocked: DecideLocked<R>,
): Promise<Change<R>> {
  const { auction, now } = (await lockAuction(tx, itemId)).locked;
  const decided = decideLocked(auction, now);
  if (!decided.ok) return { kind: 'rejected', rejection: decided.rejection };
  const { steps } = decided;
  const after = steps.at(-1)?.after ?? auction;
  if (!after) throw new Error(`item ${itemId} does not exist, and the accepted command did not create it`);
  if (steps.length > 0) {
    await writeAuctions(tx, steps);
    await append(tx, toNewEvents(steps));
  }
  return { kind: 'accepted', auction: after, steps, now };
}
