-- Facts, written by append in the same transaction as the change that they state. Rows are never updated and never
-- deleted one by one: whole partitions are dropped, so the table carries no dead tuples and needs no vacuum to stay fast.

-- CACHE 1: a session that hoarded ids would hand them out in another order than the aggregates' locks are taken in,
-- and the order of one aggregate's events is the order of their ids.
CREATE SEQUENCE outbox_id_seq CACHE 1;

CREATE TABLE outbox (
  id bigint NOT NULL DEFAULT nextval('outbox_id_seq'),
  event_id uuid NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  stream text NOT NULL,
  aggregate_id text NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  time timestamptz NOT NULL,
  traceparent text,
  tracestate text,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
ALTER SEQUENCE outbox_id_seq OWNED BY outbox.id;

-- The relay makes partitions ahead; what it could not make in time lands here, so that no bid ever fails for it.
CREATE TABLE outbox_default PARTITION OF outbox DEFAULT;
CREATE UNIQUE INDEX ON outbox_default (aggregate_id, sequence);

-- Positions in publish order. One row is one claimed batch: ids[i] has position first_position + i - 1. Against a
-- position column on every row this writes 8 bytes per event instead of a second copy of it, and leaves nothing dead.
-- The newest row is also where the reader goes on: everything up to high_id was seen, except the ids in the gaps.
CREATE TABLE outbox_claims (
  high_id bigint NOT NULL,
  first_position bigint NOT NULL CHECK (first_position > 0),
  last_position bigint NOT NULL,
  ids bigint[] NOT NULL CHECK (last_position = first_position + cardinality(ids) - 1),
  gap_low bigint[] NOT NULL,
  gap_high bigint[] NOT NULL CHECK (cardinality(gap_low) = cardinality(gap_high)),
  epoch bigint NOT NULL,
  claimed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (high_id, first_position)
) PARTITION BY RANGE (high_id);
CREATE INDEX outbox_claims_last_position ON outbox_claims (last_position);
CREATE TABLE outbox_claims_default PARTITION OF outbox_claims DEFAULT;

-- The first range, so that services may append before any relay has run; the relay makes all later ones.
CREATE TABLE outbox_0 PARTITION OF outbox FOR VALUES FROM (0) TO (250000);
CREATE UNIQUE INDEX ON outbox_0 (aggregate_id, sequence);
CREATE TABLE outbox_claims_0 PARTITION OF outbox_claims FOR VALUES FROM (0) TO (250000);

-- One row. epoch counts the relays that ever held this outbox: a claim names its epoch, so a relay that lost the lock
-- without noticing cannot claim. Everything at or below published_position is confirmed by stream and exchange.
CREATE TABLE outbox_relay (
  single_row boolean PRIMARY KEY DEFAULT true CHECK (single_row),
  epoch bigint NOT NULL DEFAULT 0,
  holder text,
  since timestamptz,
  published_position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO outbox_relay DEFAULT VALUES;

-- Rows that no broker will ever take, with the reason. The rows after them went on.
CREATE TABLE outbox_set_aside (
  position bigint PRIMARY KEY,
  outbox_id bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  subject text NOT NULL,
  aggregate_id text NOT NULL,
  sequence bigint NOT NULL,
  body bytea NOT NULL,
  problem text NOT NULL,
  set_aside_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- For refilling a stream, checking one, and looking around.
CREATE VIEW outbox_by_position AS
  SELECT c.first_position + claimed.n - 1 AS position, c.epoch, c.claimed_at, o.*
  FROM outbox_claims c
  CROSS JOIN LATERAL unnest(c.ids) WITH ORDINALITY AS claimed (id, n)
  JOIN outbox o ON o.id = claimed.id;
