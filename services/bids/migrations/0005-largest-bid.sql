-- The smallest next bid is never above the largest amount that PlaceBid accepts, 1,000,000,000,000 minor units, so that an
-- auction near that amount can still be outbid and found by price. At that price nobody can bid more; in lists the item keeps
-- it as its price. The rest is the domain's table of increments, as before; a test compares both.
CREATE OR REPLACE FUNCTION minimum_next_bid(currency text, start_price bigint, highest_bid bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN highest_bid IS NULL THEN start_price ELSE least(1000000000000, highest_bid + factor * CASE
    WHEN highest_bid < 100 * factor THEN 5
    WHEN highest_bid < 500 * factor THEN 25
    WHEN highest_bid < 2500 * factor THEN 50
    WHEN highest_bid < 10000 * factor THEN 100
    WHEN highest_bid < 25000 * factor THEN 250
    WHEN highest_bid < 50000 * factor THEN 500
    WHEN highest_bid < 100000 * factor THEN 1000
    WHEN highest_bid < 250000 * factor THEN 2500
    WHEN highest_bid < 500000 * factor THEN 5000
    ELSE 10000 END) END
  FROM (SELECT CASE
    WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 10::bigint
    WHEN currency IN ('CLF', 'UYW') THEN 100::bigint
    ELSE 1::bigint END) AS scale (factor)
$$;

UPDATE item_standings SET next_bid = 1000000000000 WHERE next_bid > 1000000000000;
