-- Maxima, reserve, buy-now, scheduled starts, soft close, relisting, announcements. `reserve_price`, `highest_maximum` and
-- `bids.maximum` are secrets: no event, no answer to others and no log line holds them.
ALTER TABLE items
  ADD COLUMN reserve_price         bigint CHECK (reserve_price >= start_price),
  ADD COLUMN buy_now_price         bigint CHECK (buy_now_price >= start_price AND buy_now_price >= reserve_price),
  ADD COLUMN starts_at             timestamptz(3),
  ADD COLUMN soft_close_seconds    integer NOT NULL DEFAULT 0 CHECK (soft_close_seconds >= 0),
  ADD COLUMN hard_end_at           timestamptz(3),
  -- The bid that leads; its maximum is null when it is a plain one.
  ADD COLUMN highest_bid_id        uuid,
  ADD COLUMN highest_bid_at        timestamptz(3),
  ADD COLUMN highest_bid_automatic boolean,
  ADD COLUMN highest_maximum       bigint CHECK (highest_maximum >= highest_bid),
  ADD COLUMN winner_id             uuid CHECK (winner_id <> seller_id),
  ADD COLUMN winning_amount        bigint CHECK (winning_amount >= reserve_price),
  ADD COLUMN closed_at             timestamptz(3),
  ADD COLUMN relisted_from         uuid REFERENCES items (id),
  ADD COLUMN relisted_as           uuid REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED,
  ADD COLUMN start_announced       boolean NOT NULL DEFAULT true,
  ADD COLUMN ending_soon_announced boolean NOT NULL DEFAULT true,
  -- When there is something to announce next; null when nothing is left.
  ADD COLUMN next_announcement_at  timestamptz(3),
  DROP CONSTRAINT items_outcome_check,
  ADD CONSTRAINT items_outcome_check CHECK (outcome IN ('sold', 'reserve_not_met', 'no_bids'));

ALTER TABLE bids
  ADD COLUMN maximum   bigint CHECK (maximum >= amount),
  ADD COLUMN automatic boolean NOT NULL DEFAULT false;

UPDATE items SET
  starts_at = created_at,
  hard_end_at = end_at,
  (highest_bid_id, highest_bid_at, highest_bid_automatic) = (
    SELECT id, created_at, false FROM bids WHERE item_id = items.id ORDER BY sequence DESC LIMIT 1),
  winner_id = CASE outcome WHEN 'sold' THEN highest_bidder END,
  winning_amount = CASE outcome WHEN 'sold' THEN highest_bid END,
  closed_at = CASE status WHEN 'ended' THEN updated_at END,
  ending_soon_announced = end_at - created_at <= interval '20 minutes',
  next_announcement_at = CASE WHEN status = 'active' AND end_at - created_at > interval '20 minutes'
    THEN end_at - interval '10 minutes' END;

ALTER TABLE items
  ALTER COLUMN starts_at SET NOT NULL,
  ALTER COLUMN hard_end_at SET NOT NULL,
  ADD CHECK (end_at > starts_at),
  ADD CHECK (end_at <= hard_end_at),
  ADD CHECK ((highest_bid IS NULL) = (highest_bid_id IS NULL)),
  ADD CHECK ((winner_id IS NULL) = (winning_amount IS NULL)),
  ADD CHECK ((outcome IS NOT DISTINCT FROM 'sold') = (winner_id IS NOT NULL)),
  ADD CHECK ((status = 'ended') = (closed_at IS NOT NULL));

-- A bid seldom moves the moment of the next announcement, so it still changes no indexed column.
CREATE INDEX items_to_announce ON items (next_announcement_at, id) WHERE next_announcement_at IS NOT NULL;

-- Maxima that a leading bidder raised without a bid. With `bids` they make an auction's history whole.
CREATE TABLE raised_maxima (
  item_id    uuid NOT NULL REFERENCES items (id),
  sequence   bigint NOT NULL,
  user_id    uuid NOT NULL,
  maximum    bigint NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (item_id, sequence)
);

-- `amount` and `max_amount` are what was asked for, the rest is the answer. It is whole, so a repeat needs no other row.
ALTER TABLE bid_idempotency_keys
  ADD COLUMN max_amount       bigint,
  ADD COLUMN bid_amount       bigint,
  ADD COLUMN bid_at           timestamptz(3),
  ADD COLUMN bid_automatic    boolean NOT NULL DEFAULT false,
  ADD COLUMN leads            boolean NOT NULL DEFAULT true,
  ADD COLUMN highest_bid      bigint,
  ADD COLUMN minimum_next_bid bigint,
  ADD COLUMN end_at           timestamptz(3),
  ADD COLUMN reserve_met      boolean NOT NULL DEFAULT true;
UPDATE bid_idempotency_keys AS answer SET
  bid_amount = amount, bid_at = answer.created_at, highest_bid = amount, minimum_next_bid = amount + 1,
  end_at = items.end_at
FROM items WHERE items.id = answer.item_id;
ALTER TABLE bid_idempotency_keys
  ALTER COLUMN bid_amount SET NOT NULL,
  ALTER COLUMN bid_at SET NOT NULL,
  ALTER COLUMN bid_automatic DROP DEFAULT,
  ALTER COLUMN leads DROP DEFAULT,
  ALTER COLUMN highest_bid SET NOT NULL,
  ALTER COLUMN minimum_next_bid SET NOT NULL,
  ALTER COLUMN end_at SET NOT NULL,
  ALTER COLUMN reserve_met DROP DEFAULT;

-- Bidders show as masks made with this key. It is here so that all instances mask alike.
CREATE TABLE bidder_mask_key (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  key      bytea NOT NULL
);
INSERT INTO bidder_mask_key (key) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
