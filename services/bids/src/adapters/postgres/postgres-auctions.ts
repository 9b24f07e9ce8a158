import { attribute } from '@gavel/observability/attributes';
import { activeSpan } from '@gavel/observability/tracing';
import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { Auctions, Change, DecideLocked, IdempotencyKey } from '../../application/auctions.ts';
import type { RejectionReason } from '../../domain/auction/decide.ts';
import { evolveAll } from '../../domain/auction/evolve.ts';
import { toNewEvents } from '../outbox/to-new-events.ts';
import { changeDue } from './change-due.ts';
import { lockAuction } from './lock-auction.ts';
import { findRememberedBid } from './remembered-bid.ts';
import { writeAuction } from './write-auction.ts';
import { KeyTakenError } from './write-bid.ts';

/** The auctions as rows of Postgres. */
export function createPostgresAuctions(pool: Pool): Auctions {
  return {
    async change(itemId, decideLocked, key) {
      activeSpan()?.setAttribute(attribute.aggregateId, itemId);
      const attempt = () => transaction(pool, (tx) => changeLocked(tx, itemId, decideLocked, key));
      try {
        return await attempt();
      } catch (error) {
        // The other transaction has committed its answer, so the second attempt finds it.
        if (error instanceof KeyTakenError) return await attempt();
        throw error;
      }
    },
    changeDue: (limit, decideLocked) => changeDue(pool, limit, decideLocked),
  };
}

async function changeLocked<R extends RejectionReason>(
  tx: Transaction,
  itemId: string,
  decideLocked: DecideLocked<R>,
  key: IdempotencyKey | undefined,
): Promise<Change<R>> {
  const { auction, now, remembered } = await lockAuction(tx, itemId, key);
  if (remembered) return { kind: 'repeated', bid: remembered };
  const decision = decideLocked(auction, now);
  if (!decision.ok) {
    // The lock statement's snapshot is older than its lock: the first of two requests with one key may have been
    // accepted while this one waited, and then it is that answer which is due, not "too low".
    const meanwhile = key && (await findRememberedBid(tx, key));
    return meanwhile
      ? { kind: 'repeated', bid: meanwhile }
      : { kind: 'rejected', rejection: decision.rejection };
  }
  const steps = evolveAll(auction, decision.events);
  const after = steps.at(-1)?.after ?? auction;
  if (!after) throw new Error(`item ${itemId}: accepted without an event, and there is no such item`);
  if (steps.length > 0) {
    await writeAuction(tx, steps, key);
    await append(tx, toNewEvents(steps));
  }
  return { kind: 'accepted', auction: after, steps, now };
}
