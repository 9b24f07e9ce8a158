-- Everyone who bid or watches is told of the end, and watchers of the start and of a relisting.
INSERT INTO preference_defaults VALUES
  ('lost', true, true), ('ended', true, false), ('started', true, false), ('relisted', true, false),
  ('first_bid', true, false);

ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind_check,
  ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('outbid', 'won', 'sold', 'reserve_not_met', 'no_bids', 'cancelled', 'ending_soon', 'lost', 'ended',
      'started', 'relisted', 'first_bid')),
  -- How the auction ended; null for kinds that are not about an end, and in rows of an earlier version.
  ADD COLUMN outcome text CHECK (outcome IN ('sold', 'bought_now', 'reserve_not_met', 'no_bids')),
  -- True: a newer unread notification about the same item replaces this one, which is in no list.
  ADD COLUMN folded boolean NOT NULL DEFAULT false,
  -- How many notifications this one stands for, itself included.
  ADD COLUMN notices integer NOT NULL DEFAULT 1;
UPDATE notifications SET folded = ranked.place > 1, notices = CASE WHEN ranked.place = 1 THEN ranked.notices ELSE 1 END
FROM (
  SELECT id, row_number() OVER (PARTITION BY user_id, item_id ORDER BY happened_at DESC, id) AS place,
    count(*) OVER (PARTITION BY user_id, item_id) AS notices
  FROM notifications WHERE read_at IS NULL AND in_app) AS ranked
WHERE ranked.id = notifications.id AND ranked.notices > 1;
DROP INDEX notifications_unread;
CREATE INDEX notifications_unread ON notifications (user_id, happened_at DESC, id)
  WHERE read_at IS NULL AND in_app AND NOT folded;
-- Finds the notification that a new one about the same item replaces.
CREATE INDEX notifications_unread_of_item ON notifications (user_id, item_id)
  WHERE read_at IS NULL AND in_app AND NOT folded;

ALTER TABLE auctions
  -- The result of a closed auction, kept for those of whom is heard only after it. Amount: minor units.
  ADD COLUMN outcome text CHECK (outcome IN ('sold', 'bought_now', 'reserve_not_met', 'no_bids')),
  ADD COLUMN winner_id uuid,
  ADD COLUMN final_amount bigint,
  ADD COLUMN final_currency text,
  -- Its start and its relisting, kept for the same reason.
  ADD COLUMN started_event_id uuid,
  ADD COLUMN started_at timestamptz,
  ADD COLUMN relisted_event_id uuid,
  ADD COLUMN relisted_as uuid,
  ADD COLUMN relisted_at timestamptz,
  -- What mails show, each with the item's version that it is of: an older one never replaces a newer one.
  ADD COLUMN image text,
  ADD COLUMN image_sequence bigint NOT NULL DEFAULT 0,
  ADD COLUMN end_at timestamptz,
  ADD COLUMN end_sequence bigint NOT NULL DEFAULT 0,
  -- Minor units; null when no bid can be higher.
  ADD COLUMN minimum_next_bid bigint,
  ADD COLUMN minimum_currency text,
  ADD COLUMN minimum_sequence bigint NOT NULL DEFAULT 0;
