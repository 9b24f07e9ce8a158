-- How a loss was settled. `accepted_by` is whoever took it that some of its positions are gone from this outbox too; null when
-- all of them were filled again. `by_refill` marks a loss that a refill declares before it deletes a partition, so that one
-- which ended half-way is known: it covers what the outbox had then, and the next refill that ends settles it.
ALTER TABLE outbox_lost
  ADD COLUMN accepted_by text,
  ADD COLUMN by_refill boolean NOT NULL DEFAULT false;
