-- The highest position of each stream partition that the broker has confirmed, {"gavel.bids-0": 123}: what the broker
-- must still know when it is asked for its last publishing id, or it has lost events.
ALTER TABLE outbox_relay ADD COLUMN confirmed jsonb NOT NULL DEFAULT '{}';

-- Events that a partition of the stream had confirmed and does not have any more. Filled again from this outbox.
CREATE TABLE outbox_lost (
  partition text NOT NULL,
  first_position bigint NOT NULL,
  last_position bigint NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  refilled_at timestamptz,
  PRIMARY KEY (partition, found_at)
);
CREATE INDEX ON outbox_lost (partition) WHERE refilled_at IS NULL;

-- All that is needed to publish a row after all, as its own may be dropped by then.
ALTER TABLE outbox_set_aside
  ADD COLUMN stream text,
  ADD COLUMN time timestamptz,
  ADD COLUMN traceparent text,
  ADD COLUMN tracestate text;
CREATE INDEX ON outbox_set_aside (event_id);
