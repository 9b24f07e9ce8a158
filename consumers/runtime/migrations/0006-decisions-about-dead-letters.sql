-- What people did about dead letters. A row stays when its dead letter is gone, so it names the event too.
CREATE TABLE dead_letter_decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dead_letter_id bigint NOT NULL,
  consumer text NOT NULL,
  event_id uuid,
  decision text NOT NULL CHECK (decision IN ('redrive', 'edit-and-redrive', 'discard')),
  -- Whether the dead letter was settled by it; otherwise it stayed parked for this reason.
  settled boolean NOT NULL,
  problem text,
  decided_by text NOT NULL,
  decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  reason text,
  -- The body before an edit that was applied. dead_letters has the edited one then.
  original_body bytea
);
CREATE INDEX ON dead_letter_decisions (dead_letter_id);

-- Pages of dead letters are read in the order of their ids.
CREATE INDEX dead_letters_parked_by_id ON dead_letters (id) WHERE status = 'parked';
