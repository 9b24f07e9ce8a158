-- What `gavel groups seek` did, so that it can be undone: one row per seek, arrays side by side, one element per partition.
CREATE TABLE checkpoint_moves (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  consumer text NOT NULL,
  -- As the person wrote it: first, -15m, 1234.
  target text NOT NULL,
  moved_by text NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now(),
  undone_at timestamptz,
  partitions text[] NOT NULL,
  -- Last offsets committed; null for a partition that was to be read from its start.
  before_offsets bigint[] NOT NULL CHECK (cardinality(before_offsets) = cardinality(partitions)),
  after_offsets bigint[] NOT NULL CHECK (cardinality(after_offsets) = cardinality(partitions))
);
CREATE INDEX checkpoint_moves_latest ON checkpoint_moves (consumer, id) WHERE undone_at IS NULL;
