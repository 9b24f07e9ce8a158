-- The projection: what the boards are made of, folded from the log. Every fold adds or takes a maximum, so that the order of
-- events does not matter, and a parked event that is redriven late counts as if it had come in time.

-- Auctions that were bid on or have ended.
CREATE TABLE auctions (
  item_id   uuid PRIMARY KEY,
  closed_at timestamptz
) WITH (fillfactor = 80);

-- What each bidder has shown in an auction. `sequence` is that of the highest bid: of two equal amounts the later one leads,
-- as only the answer of an earlier maximum can come to the same amount.
CREATE TABLE auction_bidders (
  item_id   uuid NOT NULL,
  user_id   uuid NOT NULL,
  amount    bigint NOT NULL,
  sequence  bigint NOT NULL,
  bid_count bigint NOT NULL,
  PRIMARY KEY (item_id, user_id)
) WITH (fillfactor = 80);
CREATE INDEX auction_bidders_highest ON auction_bidders (item_id, amount DESC, sequence DESC);

-- Bids on auctions that are not closed, by the minute; they go when it closes.
CREATE TABLE auction_heat (
  item_id uuid NOT NULL,
  minute  timestamptz NOT NULL,
  bids    bigint NOT NULL,
  PRIMARY KEY (item_id, minute)
) WITH (fillfactor = 80);
CREATE INDEX auction_heat_by_minute ON auction_heat (minute);

CREATE TABLE sellers (
  seller_id  uuid PRIMARY KEY,
  sold_count bigint NOT NULL
) WITH (fillfactor = 80);

-- What the boards in Redis still have to be told: one row for an auction or a seller, however often it changed. Not part of
-- the projection: a replay names these, too, and all that comes of it is that live rows are told once more.
CREATE SEQUENCE board_change;
CREATE TABLE board_changes (
  board  text NOT NULL CHECK (board IN ('auction', 'seller')),
  key    uuid NOT NULL,
  -- Another one each time, so that whoever has told an earlier state does not remove a later one.
  change bigint NOT NULL,
  PRIMARY KEY (board, key)
) WITH (fillfactor = 80);
CREATE INDEX board_changes_in_order ON board_changes (change);

-- Who keeps the boards in Redis: one member at a time. `fence` grows with each change of hands, and Redis refuses a lower one.
CREATE TABLE board_keeper (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- This database's projection: another database's boards are not taken for its own.
  projection uuid NOT NULL DEFAULT gen_random_uuid(),
  holder     uuid,
  fence      bigint NOT NULL DEFAULT 0,
  held_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO board_keeper DEFAULT VALUES;
