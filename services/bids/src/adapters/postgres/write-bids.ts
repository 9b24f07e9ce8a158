import type { Transaction } from '@gavel/postgres/transaction';
import { nextAnnouncementAt } from '../../domain/auction/announcements.ts';
import type { Auction } from '../../domain/auction/auction.ts';
import type { BidAnswer } from '../../domain/auction/bid-answer.ts';
import type { PlaceBid } from '../../domain/auction/command.ts';
import type { BidPlaced, ProxyBidPlaced } from '../../domain/auction/event.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { KEPT_FOR } from './remembered-bid.ts';

/** An accepted bid that carried a key, and its answer. */
export interface AnsweredBid {
  key: string;
  command: PlaceBid;
  answer: BidAnswer;
}

/** Another transaction answered the same idempotency key while this one was under way; this one must begin anew. */
export class KeyTakenError extends Error {
  override readonly name = 'KeyTakenError';
}

// The bids, the auction's new state and the answers in one round trip: under contention every trip lengthens the time
// that the lock is held. `version` is checked although it is, so a mistake elsewhere cannot break the sequence.
const BIDS = `placed AS (
    INSERT INTO bids (item_id, id, user_id, amount, maximum, automatic, sequence, created_at)
    SELECT $1::uuid, * FROM unnest($14::uuid[], $15::uuid[], $16::bigint[], $17::bigint[], $18::boolean[], $19::bigint[],
      $20::timestamptz[]))`;
const RAISED = `raised AS (
    INSERT INTO raised_maxima (item_id, user_id, maximum, sequence, created_at)
    SELECT $1::uuid, * FROM unnest($21::uuid[], $22::bigint[], $23::bigint[], $24::timestamptz[]))`;
const ITEM = `UPDATE items SET version = $3, bid_count = $4, highest_bid = $5, highest_bidder = $6, highest_maximum = $7,
    highest_bid_id = $8, highest_bid_automatic = $9, highest_bid_at = $10, end_at = $11, next_announcement_at = $12,
    updated_at = $13
  WHERE id = $1 AND version = $2`;
const ANSWERS = `answered AS (
    INSERT INTO bid_idempotency_keys AS old (item_id, user_id, key, amount, max_amount, bid_id, bid_amount, bid_at,
      bid_automatic, leads, highest_bid, minimum_next_bid, end_at, reserve_met, created_at)
    SELECT $1::uuid, *, $13::timestamptz FROM unnest($25::uuid[], $26::text[], $27::bigint[], $28::bigint[], $29::uuid[], $30::bigint[],
      $31::timestamptz[], $32::boolean[], $33::boolean[], $34::bigint[], $35::bigint[], $36::timestamptz[],
      $37::boolean[])
    ON CONFLICT (user_id, key) DO UPDATE SET item_id = excluded.item_id, amount = excluded.amount,
      max_amount = excluded.max_amount, bid_id = excluded.bid_id, bid_amount = excluded.bid_amount,
      bid_at = excluded.bid_at, bid_automatic = excluded.bid_automatic, leads = excluded.leads,
      highest_bid = excluded.highest_bid, minimum_next_bid = excluded.minimum_next_bid, end_at = excluded.end_at,
      reserve_met = excluded.reserve_met, created_at = excluded.created_at
    WHERE old.created_at <= statement_timestamp() - ${KEPT_FOR}
    RETURNING true)`;

const WRITE = `WITH ${BIDS}, ${RAISED} ${ITEM} RETURNING 0 AS answered`;
const WRITE_WITH_KEYS = `WITH ${BIDS}, ${RAISED}, ${ANSWERS} ${ITEM}
  RETURNING (SELECT count(*)::int FROM answered) AS answered`;

/**
 * Writes what accepted bids did to one locked auction, from `version` on: the bids, its row and the answers to remember,
 * at most one for each key. Throws KeyTakenError when a key got another answer meanwhile.
 */
export async function writeBids(
  tx: Transaction,
  version: bigint,
  steps: readonly Step[],
  answers: readonly AnsweredBid[],
): Promise<void> {
  const after = steps.at(-1)?.after;
  if (!after) return;
  const values = [...itemValues(version, after), ...bidValues(steps), ...raisedValues(steps)];
  const { rows } = await tx.query<{ answered: number }>(
    answers.length === 0
      ? { name: 'write-bids', text: WRITE, values }
      : {
          name: 'write-bids-with-keys',
          text: WRITE_WITH_KEYS,
          values: [...values, ...answerValues(answers)],
        },
  );
  const row = rows[0];
  if (!row) throw new Error(`item ${after.id} is not at version ${version}`);
  if (row.answered !== answers.length)
    throw new KeyTakenError('idempotency key answered by another transaction');
}

function itemValues(version: bigint, after: Auction): unknown[] {
  const highest = after.highestBid;
  return [
    after.id,
    version,
    after.version,
    after.bidCount,
    highest?.amount,
    highest?.userId,
    highest?.maximum,
    highest?.bidId,
    highest?.automatic,
    highest?.at,
    after.endAt,
    nextAnnouncementAt(after),
    after.updatedAt,
  ];
}

interface BidRow {
  event: BidPlaced | ProxyBidPlaced;
  /** The maximum behind an answer stands in the bid, or the raise, that gave it. */
  maximum: bigint | undefined;
  version: bigint;
}

function bidValues(steps: readonly Step[]): unknown[][] {
  const bids: BidRow[] = [];
  for (const { event, after } of steps) {
    if (event.type === 'BidPlaced') bids.push({ event, maximum: event.maximum, version: after.version });
    if (event.type === 'ProxyBidPlaced') bids.push({ event, maximum: undefined, version: after.version });
  }
  return [
    bids.map(({ event }) => event.bidId),
    bids.map(({ event }) => event.userId),
    bids.map(({ event }) => event.amount),
    bids.map(({ maximum }) => maximum),
    bids.map(({ event }) => event.type === 'ProxyBidPlaced'),
    bids.map(({ version }) => version),
    bids.map(({ event }) => event.at),
  ];
}

function raisedValues(steps: readonly Step[]): unknown[][] {
  const raised = steps.flatMap(({ event, after: { version } }) =>
    event.type === 'MaximumRaised' ? [{ ...event, version }] : [],
  );
  return [
    raised.map((event) => event.userId),
    raised.map((event) => event.maximum),
    raised.map((event) => event.version),
    raised.map((event) => event.at),
  ];
}

function answerValues(answers: readonly AnsweredBid[]): unknown[][] {
  return [
    answers.map(({ command }) => command.userId),
    answers.map(({ key }) => key),
    answers.map(({ command }) => command.amount),
    answers.map(({ command }) => command.maximum),
    answers.map(({ answer }) => answer.bid.id),
    answers.map(({ answer }) => answer.bid.amount),
    answers.map(({ answer }) => answer.bid.createdAt),
    answers.map(({ answer }) => answer.bid.automatic),
    answers.map(({ answer }) => answer.leading),
    answers.map(({ answer }) => answer.currentHighestBid),
    answers.map(({ answer }) => answer.minimumNextBid),
    answers.map(({ answer }) => answer.endAt),
    answers.map(({ answer }) => answer.reserveMet),
  ];
}
