-- While a refill works on a partition, relays leave that partition to it: they publish its events to the exchange only. The loss
-- that the refill has declared is marked as held meanwhile. It is no longer held when the refill has ended, also by a crash.
ALTER TABLE outbox_lost ADD COLUMN held boolean NOT NULL DEFAULT false;
