-- What is forgotten by age is found by it: see src/adapters/postgres/forget-old.ts.
CREATE INDEX notifications_by_age ON notifications (created_at);
CREATE INDEX mails_settled ON mails (settled_at) WHERE settled_at IS NOT NULL;
-- An item whose ending was never heard of (or long before a late event made its row anew) has no other age.
ALTER TABLE auctions ADD COLUMN first_seen_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX auctions_without_end ON auctions (first_seen_at) WHERE ended_at IS NULL;
