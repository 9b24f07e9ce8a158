-- What a person decided about an event that was set aside. A dismissed event keeps its row, because a relay that takes over and a
-- refill leave out the positions in this table.
ALTER TABLE outbox_set_aside
  ADD COLUMN dismissed_at timestamptz,
  ADD COLUMN dismissed_by text,
  ADD COLUMN dismissed_reason text,
  ADD CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL) AND (dismissed_at IS NULL) = (dismissed_reason IS NULL));
CREATE INDEX outbox_set_aside_open ON outbox_set_aside (position) WHERE dismissed_at IS NULL;

-- Events that were set aside and published again. The row in outbox_set_aside is gone then, so this table records the decision.
CREATE TABLE outbox_published_again (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Where the event was set aside.
  position bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  problem text NOT NULL,
  set_aside_at timestamptz NOT NULL,
  published_again_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_again_by text NOT NULL,
  reason text
);
