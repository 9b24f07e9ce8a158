-- Which notifications a person wants, and how. This table holds what the person has set; the other what holds until then.
-- The service of that name writes preferences; this consumer reads them at the moment it makes a notification.
CREATE TABLE preference_defaults (
  kind text PRIMARY KEY,
  in_app boolean NOT NULL,
  email boolean NOT NULL
);
INSERT INTO preference_defaults VALUES
  ('outbid', true, true), ('won', true, true), ('sold', true, true),
  ('ending_soon', true, false), ('cancelled', true, false), ('unsold', true, false);

CREATE TABLE preferences (
  user_id uuid NOT NULL,
  kind text NOT NULL REFERENCES preference_defaults,
  in_app boolean NOT NULL,
  email boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, kind)
);

ALTER TABLE notifications
  -- False: only mailed, and in no list.
  ADD COLUMN in_app boolean NOT NULL DEFAULT true,
  DROP CONSTRAINT notifications_kind_check,
  ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('outbid', 'won', 'sold', 'reserve_not_met', 'no_bids', 'cancelled', 'ending_soon'));
CREATE INDEX notifications_unread ON notifications (user_id, happened_at DESC, id) WHERE read_at IS NULL AND in_app;

-- Who watches an item. The row stays when they stop, with the watch's version: an older event never undoes a newer one.
CREATE TABLE watches (
  item_id uuid NOT NULL REFERENCES auctions ON DELETE CASCADE,
  user_id uuid NOT NULL,
  version bigint NOT NULL,
  watching boolean NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (item_id, user_id)
);

ALTER TABLE auctions
  ADD COLUMN seller_id uuid,
  -- The announcement of its end, kept for those of whom is heard only after it.
  ADD COLUMN soon_sequence bigint,
  ADD COLUMN soon_event_id uuid,
  ADD COLUMN soon_at timestamptz,
  ADD COLUMN soon_end_at timestamptz,
  -- Minor units; null without bids.
  ADD COLUMN soon_amount bigint,
  ADD COLUMN soon_currency text;

-- A bidder's standing. sequence, event_id, amount and placed_at are of the newest bid that led; sequence 0: none is known.
ALTER TABLE bidders
  ALTER COLUMN sequence SET DEFAULT 0,
  ALTER COLUMN event_id DROP NOT NULL,
  ALTER COLUMN amount DROP NOT NULL,
  ALTER COLUMN currency DROP NOT NULL,
  ALTER COLUMN placed_at DROP NOT NULL,
  -- The newest known loss of the lead (or bid that was answered at once), and the newest that the bidder was told of.
  ADD COLUMN lost_sequence bigint NOT NULL DEFAULT 0,
  ADD COLUMN lost_event_id uuid,
  ADD COLUMN lost_amount bigint,
  ADD COLUMN lost_currency text,
  ADD COLUMN lost_at timestamptz,
  ADD COLUMN told_sequence bigint NOT NULL DEFAULT 0;
-- Whoever does not lead was told so.
UPDATE bidders SET told_sequence = leader.sequence
FROM (SELECT item_id, max(sequence) AS sequence FROM bidders GROUP BY item_id) AS leader
WHERE bidders.item_id = leader.item_id AND bidders.sequence < leader.sequence;
