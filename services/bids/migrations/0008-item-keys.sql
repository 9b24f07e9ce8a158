-- The accepted answer to a CreateItem or RelistItem with an idempotency key, kept for 24 hours: the new item as it was then, whole.
-- `asked` is a digest of the request, so that another request with the same key is refused.
CREATE TABLE item_idempotency_keys (
  user_id    uuid NOT NULL,
  key        text NOT NULL,
  asked      bytea NOT NULL,
  item_id    uuid NOT NULL,
  answer     jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX item_idempotency_keys_age ON item_idempotency_keys USING brin (created_at) WITH (pages_per_range = 16);
