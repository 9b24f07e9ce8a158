-- What marks the message that a checkpoint stands on: an offset means something else in a stream that was made anew.
-- Believed only where seen_offset is last_offset, so that setting last_offset by hand needs no more than that.
ALTER TABLE checkpoints ADD COLUMN seen_offset bigint, ADD COLUMN seen_message text;

-- Which instances of a consumer are at work, and what each reads. Written every two seconds; one that was killed is
-- known by its old heartbeat.
CREATE TABLE consumer_members (
  consumer text NOT NULL,
  member uuid NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  partitions text[] NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, member)
) WITH (fillfactor = 50);

-- What nobody shall read until it is resumed; '*' stands for every partition.
CREATE TABLE consumer_pauses (
  consumer text NOT NULL,
  stream_partition text NOT NULL,
  paused_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, stream_partition)
);
