-- What this consumer knows of each item, folded from events that come in any order. The row is the lock under which events of
-- one item take turns.
CREATE TABLE auctions (
  item_id uuid PRIMARY KEY,
  title text,
  -- The item's version that the title is of: an older one never replaces a newer one.
  title_sequence bigint NOT NULL DEFAULT 0,
  -- How it ended, and the event that said so.
  ending text CHECK (ending IN ('closed', 'cancelled')),
  ending_event_id uuid,
  ended_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX auctions_ended ON auctions (ended_at) WHERE ended_at IS NOT NULL;

-- The newest bid of each bidder on each item. The one with the highest sequence leads.
CREATE TABLE bidders (
  item_id uuid NOT NULL REFERENCES auctions ON DELETE CASCADE,
  user_id uuid NOT NULL,
  sequence bigint NOT NULL,
  event_id uuid NOT NULL,
  -- Minor units.
  amount bigint NOT NULL,
  currency text NOT NULL,
  placed_at timestamptz NOT NULL,
  PRIMARY KEY (item_id, user_id)
) WITH (fillfactor = 80);

-- What a person is told. The id is made of the event's and the person's: the same notice is one row, however often it is made.
CREATE TABLE notifications (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('outbid', 'won', 'sold', 'reserve_not_met', 'no_bids', 'cancelled')),
  item_id uuid NOT NULL,
  event_id uuid NOT NULL,
  -- Minor units and ISO 4217 code; null where the kind has no amount.
  amount bigint,
  currency text,
  happened_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  read_at timestamptz
);
CREATE INDEX notifications_of_user ON notifications (user_id, happened_at DESC, id);

-- Where mail goes.
CREATE TABLE recipients (
  user_id uuid PRIMARY KEY,
  email text NOT NULL,
  full_name text NOT NULL
);

-- Notifications to be mailed, written with them. While one is being sent its next attempt lies behind the lease.
CREATE TABLE mails (
  notification_id uuid PRIMARY KEY REFERENCES notifications ON DELETE CASCADE,
  user_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'given_up')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  -- A code, never an address or the server's text.
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE status = 'waiting';
CREATE INDEX mails_of_user ON mails (user_id) WHERE status = 'waiting';
