-- What the leaderboards are counted from when nobody keeps them in Redis. Bids come in the order of time, so a block range
-- index finds those of the last hour at almost no cost to the bid.
CREATE INDEX bids_by_time ON bids USING brin (created_at) WITH (pages_per_range = 16);
CREATE INDEX items_sold_by_seller ON items (seller_id) WHERE outcome = 'sold';
