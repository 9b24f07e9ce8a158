-- When events were confirmed. A row is one move of the watermark: what lies from first_position to last_position was
-- confirmed by stream and exchange at confirmed_at, or up to a quarter of a second before. Written by the statement that
-- moves the watermark, so at most four rows a second; a time in every claim would have to be an update of each.
-- Partitioned by the id that the reader had come to, and so dropped together with the rows that it speaks of, or later.
CREATE TABLE outbox_marks (
  high_id bigint NOT NULL,
  first_position bigint NOT NULL,
  last_position bigint NOT NULL CHECK (last_position >= first_position),
  confirmed_at timestamptz NOT NULL,
  PRIMARY KEY (high_id, last_position)
) PARTITION BY RANGE (high_id);
CREATE TABLE outbox_marks_default PARTITION OF outbox_marks DEFAULT;

-- The ranges that the outbox has by now; the relay makes later ones.
DO $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT replace(c.relname, 'outbox_', 'outbox_marks_') AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'outbox'::regclass AND c.relname <> 'outbox_default'
  LOOP
    EXECUTE format('CREATE TABLE %I PARTITION OF outbox_marks %s', part.name, part.bounds);
  END LOOP;
END $$;
