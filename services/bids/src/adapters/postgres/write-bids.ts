import { sqlState } from '@gavel/postgres/sqlstate';
import type { Statement } from '@gavel/postgres/transaction';
import type { AcceptedBid, AuctionChange } from '../../application/decide-batch.ts';
import { type Auction, nextAnnouncementAt } from '../../domain/auction/auction.ts';
import type { BidPlaced, ProxyBidPlaced } from '../../domain/auction/events.ts';
import type { Step } from '../../domain/auction/evolve.ts';
import { KEPT_FOR } from './remembered-bids.ts';

// The bids, the auctions' new states and the answers in one round trip: under contention each round trip extends the time for
// which the locks are held. `version` is checked although the rows are locked, so that a bug elsewhere cannot break the sequence.
const BIDS = `placed AS (
    INSERT INTO bids (item_id, id, user_id, amount, maximum, automatic, sequence, created_at)
    SELECT * FROM unnest($15::uuid[], $16::uuid[], $17::uuid[], $18::bigint[], $19::bigint[], $20::boolean[],
      $21::bigint[], $22::timestamptz[]))`;
const RAISED = `raised AS (
    INSERT INTO raised_maxima (item_id, user_id, maximum, sequence, created_at)
    SELECT * FROM unnest($23::uuid[], $24::uuid[], $25::bigint[], $26::bigint[], $27::timestamptz[]))`;
const ITEMS = `UPDATE items SET version = new.version, bid_count = new.bid_count, highest_bid = new.highest_bid,
    highest_bidder = new.highest_bidder, highest_maximum = new.highest_maximum, highest_bid_id = new.highest_bid_id,
    highest_bid_automatic = new.highest_bid_automatic, highest_bid_at = new.highest_bid_at, end_at = new.end_at,
    next_announcement_at = new.next_announcement_at, updated_at = new.updated_at,
    revision = new.revision
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::uuid[],
    $9::boolean[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::bigint[])
    AS new (id, before, version, bid_count, highest_bid, highest_bidder, highest_maximum, highest_bid_id,
      highest_bid_automatic, highest_bid_at, end_at, next_announcement_at, updated_at, revision)
  WHERE items.id = new.id AND items.version = new.before`;
const ANSWERS = `answered AS (
    INSERT INTO bid_idempotency_keys AS old (item_id, user_id, key, amount, max_amount, bid_id, bid_amount, bid_at,
      bid_automatic, leads, highest_bid, minimum_next_bid, end_at, reserve_met, created_at)
    SELECT * FROM unnest($28::uuid[], $29::uuid[], $30::text[], $31::bigint[], $32::bigint[], $33::uuid[], $34::bigint[],
      $35::timestamptz[], $36::boolean[], $37::boolean[], $38::bigint[], $39::bigint[], $40::timestamptz[],
      $41::boolean[], $42::timestamptz[])
    ON CONFLICT (user_id, key) DO UPDATE SET item_id = excluded.item_id, amount = excluded.amount,
      max_amount = excluded.max_amount, bid_id = excluded.bid_id, bid_amount = excluded.bid_amount,
      bid_at = excluded.bid_at, bid_automatic = excluded.bid_automatic, leads = excluded.leads,
      highest_bid = excluded.highest_bid, minimum_next_bid = excluded.minimum_next_bid, end_at = excluded.end_at,
      reserve_met = excluded.reserve_met, created_at = excluded.created_at
    WHERE old.created_at <= statement_timestamp() - ${KEPT_FOR}
    RETURNING true)`;

// COMMIT is sent together with these statements, so the server itself must refuse to store less than everything.
const KEY_TAKEN = 'GV001';
const ALL_CHANGED = `fail_unless((SELECT count(*) FROM changed) = cardinality($1::uuid[]), 'GV002',
  'a locked auction no longer had the version that was read')`;
const WRITE = `WITH ${BIDS}, ${RAISED}, changed AS (${ITEMS} RETURNING true) SELECT ${ALL_CHANGED}`;
const WRITE_WITH_KEYS = `WITH ${BIDS}, ${RAISED}, ${ANSWERS}, changed AS (${ITEMS} RETURNING true)
  SELECT ${ALL_CHANGED}, fail_unless((SELECT count(*) FROM answered) = cardinality($28::uuid[]), '${KEY_TAKEN}',
    'idempotency key answered by another transaction')`;

/** True when another transaction has answered the same idempotency key in the meantime, so this one must run again. */
export function isKeyTaken(error: unknown): boolean {
  return sqlState(error) === KEY_TAKEN;
}

/**
 * Writes the results of accepted bids on locked auctions: the bids, the auctions' rows and the answers to remember. Fails, with
 * `isKeyTaken`, when one of the keys has got another answer in the meantime. There must be at least one change.
 */
export function writingBids(changes: readonly AuctionChange[], accepted: readonly AcceptedBid[]): Statement {
  const steps = changes.flatMap((change) => change.steps);
  const values = [...itemValues(changes), ...bidValues(steps), ...raisedValues(steps)];
  const answers = accepted.filter(({ bid }) => bid.key !== undefined);
  return answers.length === 0
    ? { name: 'write-bids', text: WRITE, values }
    : {
        name: 'write-bids-with-keys',
        text: WRITE_WITH_KEYS,
        values: [...values, ...answerValues(answers)],
      };
}

function itemValues(changes: readonly AuctionChange[]): unknown[][] {
  const after = changes.map(({ steps }) => lastOf(steps));
  const highest = after.map((auction) => auction.highestBid);
  return [
    after.map((auction) => auction.id),
    changes.map(({ version }) => version),
    after.map((auction) => auction.version),
    after.map((auction) => auction.bidCount),
    highest.map((bid) => bid?.amount),
    highest.map((bid) => bid?.userId),
    highest.map((bid) => bid?.maximum),
    highest.map((bid) => bid?.bidId),
    highest.map((bid) => bid?.automatic),
    highest.map((bid) => bid?.at),
    after.map((auction) => auction.endAt),
    after.map(nextAnnouncementAt),
    after.map((auction) => auction.updatedAt),
    after.map((auction) => auction.revision),
  ];
}

function lastOf(steps: readonly Step[]): Auction {
  const last = steps.at(-1);
  if (!last) throw new Error('an auction change has no step');
  return last.after;
}

interface BidRow {
  event: BidPlaced | ProxyBidPlaced;
  /** Undefined for an automatic bid: its maximum is stored with the bid or the raise that set it. */
  maximum: bigint | undefined;
  after: Auction;
}

function bidValues(steps: readonly Step[]): unknown[][] {
  const bids: BidRow[] = [];
  for (const { event, after } of steps) {
    if (event.type === 'BidPlaced') bids.push({ event, maximum: event.maximum, after });
    if (event.type === 'ProxyBidPlaced') bids.push({ event, maximum: undefined, after });
  }
  return [
    bids.map(({ after }) => after.id),
    bids.map(({ event }) => event.bidId),
    bids.map(({ event }) => event.userId),
    bids.map(({ event }) => event.amount),
    bids.map(({ maximum }) => maximum),
    bids.map(({ event }) => event.type === 'ProxyBidPlaced'),
    bids.map(({ after }) => after.version),
    bids.map(({ event }) => event.at),
  ];
}

function raisedValues(steps: readonly Step[]): unknown[][] {
  const raised = steps.flatMap(({ event, after: { id, version } }) =>
    event.type === 'MaximumRaised' ? [{ ...event, itemId: id, version }] : [],
  );
  return [
    raised.map((event) => event.itemId),
    raised.map((event) => event.userId),
    raised.map((event) => event.maximum),
    raised.map((event) => event.version),
    raised.map((event) => event.at),
  ];
}

function answerValues(answers: readonly AcceptedBid[]): unknown[][] {
  return [
    answers.map(({ answer }) => answer.bid.itemId),
    answers.map(({ bid }) => bid.command.userId),
    answers.map(({ bid }) => bid.key),
    answers.map(({ bid }) => bid.command.amount),
    answers.map(({ bid }) => bid.command.maximum),
    answers.map(({ answer }) => answer.bid.id),
    answers.map(({ answer }) => answer.bid.amount),
    answers.map(({ answer }) => answer.bid.createdAt),
    answers.map(({ answer }) => answer.bid.automatic),
    answers.map(({ answer }) => answer.leading),
    answers.map(({ answer }) => answer.currentHighestBid),
    answers.map(({ answer }) => answer.minimumNextBid),
    answers.map(({ answer }) => answer.endAt),
    answers.map(({ answer }) => answer.reserveMet),
    answers.map(({ at }) => at),
  ];
}
