-- What the auditor knows of each auction after its last event. Written by the auditor alone.
-- NULL means unknown: the auditor did not see the auction's first event, or an old event did not say it.
CREATE TABLE audited_auctions (
  item_id uuid PRIMARY KEY,
  sequence bigint NOT NULL,
  -- Counts the changes that everybody may see, as the item's revision does.
  revision bigint,
  last_event_id text NOT NULL,
  last_at timestamptz NOT NULL,
  -- active, ended or cancelled
  status text NOT NULL,
  -- sold, reserve_not_met or no_bids; NULL before the auction is closed
  outcome text,
  seller_id uuid,
  -- ISO 4217. Amounts are minor units.
  currency text,
  -- 0 without bids
  price bigint NOT NULL,
  leader_id uuid,
  bid_count bigint,
  -- 0 when nobody can bid higher
  minimum_next_bid bigint,
  reserve_met boolean,
  starts_at timestamptz,
  end_at timestamptz,
  hard_end_at timestamptz,
  soft_close_seconds integer,
  buyer_id uuid,
  bought_for bigint,
  -- The amount of the automatic answer that must be the next event.
  answer_due bigint,
  -- The time of the last event, if that event moved the price.
  price_moved_at timestamptz,
  changed_at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX audited_auctions_changed_at ON audited_auctions (changed_at);

-- Rules that events have broken. One row per event and rule.
CREATE TABLE audit_findings (
  item_id uuid NOT NULL,
  sequence bigint NOT NULL,
  rule text NOT NULL,
  event_id text NOT NULL,
  detail text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (item_id, sequence, rule, event_id)
);

-- Auctions whose state in the bids service is not what their events say. A row leaves when both agree again.
CREATE TABLE source_differences (
  item_id uuid PRIMARY KEY,
  -- differs, source_behind or source_ahead
  rule text NOT NULL,
  detail text NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
