-- What the lists walk. All of it follows `items` by triggers, so that no command can forget it and none pays a round
-- trip for it under its lock.

-- The smallest amount that the next bid may have. The domain's table of increments, said again in SQL, because a list
-- sorted by it walks an index; a test holds the two together.
CREATE FUNCTION minimum_next_bid(currency text, start_price bigint, highest_bid bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN highest_bid IS NULL THEN start_price ELSE highest_bid + factor * CASE
    WHEN highest_bid < 100 * factor THEN 5
    WHEN highest_bid < 500 * factor THEN 25
    WHEN highest_bid < 2500 * factor THEN 50
    WHEN highest_bid < 10000 * factor THEN 100
    WHEN highest_bid < 25000 * factor THEN 250
    WHEN highest_bid < 50000 * factor THEN 500
    WHEN highest_bid < 100000 * factor THEN 1000
    WHEN highest_bid < 250000 * factor THEN 2500
    WHEN highest_bid < 500000 * factor THEN 5000
    ELSE 10000 END END
  FROM (SELECT CASE
    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 10::bigint
    WHEN currency IN ('CLF', 'UYW') THEN 100::bigint
    ELSE 1::bigint END) AS scale (factor)
$$;

-- A category with its '/' at the end, so that it and all below it are one range of an index in byte order.
ALTER TABLE items ADD COLUMN category_path text COLLATE "C" NOT NULL
  GENERATED ALWAYS AS (CASE category WHEN '' THEN '' ELSE category || '/' END) STORED;
DROP INDEX items_running_by_category;
CREATE INDEX items_running_by_category ON items (category_path, end_at, starts_at, id) WHERE status = 'active';
CREATE INDEX items_running_by_age ON items (created_at, id) WHERE status = 'active';
CREATE INDEX items_running_by_start ON items (starts_at, id) WHERE status = 'active';
CREATE INDEX items_sold ON items (seller_id, closed_at DESC, id DESC) WHERE outcome = 'sold';
-- It begins with all that this one has.
DROP INDEX items_sold_by_seller;
CREATE INDEX items_won ON items (winner_id) WHERE winner_id IS NOT NULL;

-- One row for each auction that is not over: what moves with its bids and is sorted by. Not in `items`, whose row must
-- stay on its page when a bid changes it: there an index over the price would grow all indexes with every bid.
CREATE TABLE item_standings (
  item_id   uuid PRIMARY KEY REFERENCES items (id),
  currency  text NOT NULL,
  next_bid  bigint NOT NULL,
  bid_count bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX item_standings_by_price ON item_standings (currency, next_bid, item_id);
CREATE INDEX item_standings_by_bids ON item_standings (bid_count, item_id);

-- The words of each auction that is not over. Not in `items` either: every late bid that moves an end, and every closing,
-- would write them to the inverted index again.
CREATE TABLE item_documents (
  item_id  uuid PRIMARY KEY REFERENCES items (id),
  document tsvector NOT NULL
);
CREATE INDEX item_documents_words ON item_documents USING gin (document);

-- Every word as it is written ('simple': names, other languages, words that English leaves out) and by its English stem
-- ('english': "clocks" finds "clock"). Words of the title weigh most. Between the parts stands a word that no query has,
-- a hundred places wide, so that no phrase is found across two of them.
CREATE FUNCTION item_document(title text, category text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('simple', title) || gap || to_tsvector('english', title) || gap, 'A')
    || setweight(to_tsvector('simple', words) || gap || to_tsvector('english', words) || gap, 'B')
    || setweight(to_tsvector('simple', description) || gap || to_tsvector('english', description), 'D')
  FROM (SELECT translate(category, '/-_', '   '), tsvector $gap$' ':100$gap$) AS parts (words, gap)
$$;

CREATE FUNCTION list_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO item_standings VALUES (NEW.id, NEW.currency,
    minimum_next_bid(NEW.currency, NEW.start_price, NEW.highest_bid), NEW.bid_count);
  INSERT INTO item_documents VALUES (NEW.id, item_document(NEW.title, NEW.category, NEW.description));
  RETURN NULL;
END $$;
CREATE TRIGGER list_item AFTER INSERT ON items FOR EACH ROW WHEN (NEW.status = 'active')
  EXECUTE FUNCTION list_item();

CREATE FUNCTION list_item_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE item_standings SET bid_count = NEW.bid_count,
    next_bid = minimum_next_bid(NEW.currency, NEW.start_price, NEW.highest_bid)
  WHERE item_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER list_item_standing AFTER UPDATE OF highest_bid, bid_count ON items FOR EACH ROW
  WHEN (NEW.status = 'active'
    AND (NEW.highest_bid IS DISTINCT FROM OLD.highest_bid OR NEW.bid_count <> OLD.bid_count))
  EXECUTE FUNCTION list_item_standing();

CREATE FUNCTION list_item_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE item_documents SET document = item_document(NEW.title, NEW.category, NEW.description)
  WHERE item_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER list_item_words AFTER UPDATE OF title, category, description ON items FOR EACH ROW
  WHEN (NEW.status = 'active' AND (NEW.title, NEW.category, NEW.description)
    IS DISTINCT FROM (OLD.title, OLD.category, OLD.description))
  EXECUTE FUNCTION list_item_words();

CREATE FUNCTION unlist_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM item_standings WHERE item_id = NEW.id;
  DELETE FROM item_documents WHERE item_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER unlist_item AFTER UPDATE OF status ON items FOR EACH ROW
  WHEN (OLD.status = 'active' AND NEW.status <> 'active') EXECUTE FUNCTION unlist_item();

INSERT INTO item_standings
  SELECT id, currency, minimum_next_bid(currency, start_price, highest_bid), bid_count
  FROM items WHERE status = 'active';
INSERT INTO item_documents
  SELECT id, item_document(title, category, description) FROM items WHERE status = 'active';

-- A user's auctions, and in each the latest bid first.
CREATE INDEX bids_by_user ON bids (user_id, item_id, sequence DESC);

-- One row per user and item that was ever watched. It stays when the watch ends, because `version` is the sequence of
-- the watch's last event. No foreign key: items are never deleted, and checking it would lock rows that bids wait for.
CREATE TABLE watches (
  user_id    uuid NOT NULL,
  item_id    uuid NOT NULL,
  watched    boolean NOT NULL,
  version    bigint NOT NULL CHECK (version > 0),
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, item_id)
);
-- A watch list, latest watched first.
CREATE INDEX watches_in_order ON watches (user_id, changed_at DESC, item_id DESC) WHERE watched;

-- How long each watch list is. Its row's lock holds the list's ceiling under concurrent additions.
CREATE TABLE watch_lists (
  user_id uuid PRIMARY KEY,
  size    integer NOT NULL CHECK (size BETWEEN 0 AND 1000)
);
