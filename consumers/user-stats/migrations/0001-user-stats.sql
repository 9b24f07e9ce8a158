-- What each person has bid. Written by the user-stats consumer alone, read by the user-stats service.
CREATE TABLE user_stats (
  user_id uuid PRIMARY KEY,
  total_bids bigint NOT NULL,
  -- Minor units, whatever their currency.
  total_amount bigint NOT NULL,
  last_bid_at timestamptz NOT NULL
) WITH (fillfactor = 80);
