-- How far each consumer has read each partition. last_offset is null until the first batch was committed. The row is
-- updated once per batch and no index covers what changes, so that half-empty pages keep every update in place (HOT).
CREATE TABLE checkpoints (
  consumer text NOT NULL,
  stream_partition text NOT NULL,
  last_offset bigint,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, stream_partition)
) WITH (fillfactor = 50);

-- Which events a consumer has handled, for the second copy of an event that is already in the projection. Event ids are
-- UUIDv7 and so begin with their time: range partitions on the id are days, a day is forgotten by dropping its table,
-- and the key stays unique across all of them. The consumer makes and drops the days; ids of other days and of other
-- UUID versions live in the default partition, which is pruned by processed_at.
CREATE TABLE processed_events (
  consumer text NOT NULL,
  event_id uuid NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, event_id)
) PARTITION BY RANGE (event_id);

CREATE TABLE processed_events_default PARTITION OF processed_events DEFAULT;
CREATE INDEX processed_events_default_age ON processed_events_default (processed_at);

-- Events that could not be handled, in full: enough to look at, to hand to the consumer again, or to give up.
CREATE TABLE dead_letters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer text NOT NULL,
  stream_partition text NOT NULL,
  stream_offset bigint NOT NULL,
  -- Null when the message holds no envelope that could be read.
  event_id uuid,
  event_type text,
  aggregate_id text,
  -- Headers as they came, strings.
  headers jsonb NOT NULL,
  -- The event's body, or the whole message when it could not be taken apart.
  body bytea NOT NULL,
  reason text NOT NULL CHECK (reason IN (
    'malformed_message', 'malformed_envelope', 'unknown_type', 'undecodable_body', 'handler_failed', 'waits_for_earlier')),
  error text NOT NULL,
  stack text,
  attempts integer NOT NULL,
  trace_id text,
  status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'redriven', 'discarded')),
  parked_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz,
  UNIQUE (consumer, stream_partition, stream_offset)
);
-- Asked at every batch of a consumer whose later events wait behind a parked one.
CREATE INDEX dead_letters_parked ON dead_letters (consumer, aggregate_id) WHERE status = 'parked';
