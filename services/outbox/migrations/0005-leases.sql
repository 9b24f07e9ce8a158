-- Who works at the moment. The session that holds an advisory lock renews its lease about three times a second. A session that
-- holds the lock and does not renew its lease belongs to a frozen process, and whoever waits for the lock ends it. The time is
-- only compared with itself, so a wrong clock ends nobody.
CREATE TABLE outbox_leases (
  name text PRIMARY KEY,
  backend integer NOT NULL,
  renewed_at timestamptz NOT NULL
) WITH (fillfactor = 50);
