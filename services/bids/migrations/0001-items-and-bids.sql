-- One row per item and its auction. Every change of it happens under the row's lock, and `version` is the sequence of
-- the last event that the change appended.
CREATE TABLE items (
  id             uuid PRIMARY KEY,
  seller_id      uuid NOT NULL,
  title          text NOT NULL,
  description    text NOT NULL,
  images         text[] NOT NULL,
  category       text NOT NULL,
  currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  start_price    bigint NOT NULL CHECK (start_price > 0),
  end_at         timestamptz(3) NOT NULL,
  status         text NOT NULL CHECK (status IN ('active', 'ended', 'cancelled')),
  outcome        text CHECK (outcome IN ('sold', 'no_bids')),
  version        bigint NOT NULL CHECK (version > 0),
  bid_count      bigint NOT NULL,
  highest_bid    bigint CHECK (highest_bid >= start_price),
  highest_bidder uuid CHECK (highest_bidder <> seller_id),
  created_at     timestamptz(3) NOT NULL,
  updated_at     timestamptz(3) NOT NULL,
  CHECK ((bid_count = 0) = (highest_bid IS NULL)),
  CHECK ((highest_bid IS NULL) = (highest_bidder IS NULL)),
  CHECK ((status = 'ended') = (outcome IS NOT NULL)),
  CHECK (status <> 'cancelled' OR bid_count = 0)
-- A bid changes no indexed column, so with room on the page its new row version stays there (HOT) and no index grows.
) WITH (fillfactor = 70);

-- Running auctions, soonest end first; the closer walks the same index.
CREATE INDEX items_running ON items (end_at, id) WHERE status = 'active';
CREATE INDEX items_running_by_category ON items (category, end_at, id) WHERE status = 'active';
-- A seller's items, newest first.
CREATE INDEX items_by_seller ON items (seller_id, created_at DESC, id DESC);

-- Accepted bids, never changed. `sequence` is the one of the bid's event: it orders an item's bids exactly, as two
-- bids may share a millisecond.
CREATE TABLE bids (
  id         uuid PRIMARY KEY,
  item_id    uuid NOT NULL REFERENCES items (id),
  user_id    uuid NOT NULL,
  amount     bigint NOT NULL CHECK (amount > 0),
  sequence   bigint NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT bids_in_order UNIQUE (item_id, sequence)
);

-- The accepted answer to a PlaceBid that carried an idempotency key, kept for 24 hours. It holds the whole answer, so
-- that a repeat is answered from this row alone.
CREATE TABLE bid_idempotency_keys (
  user_id    uuid NOT NULL,
  key        text NOT NULL,
  bid_id     uuid NOT NULL,
  item_id    uuid NOT NULL,
  amount     bigint NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, key)
);
-- Rows arrive in order of time, so a block range index finds the old ones at almost no cost to the bid.
CREATE INDEX bid_idempotency_keys_age ON bid_idempotency_keys USING brin (created_at) WITH (pages_per_range = 16);
