-- How each seller's auctions ended. Written by the seller-stats consumer alone, read by the seller-stats service.
CREATE TABLE seller_stats (
  seller_id uuid PRIMARY KEY,
  sold_count bigint NOT NULL,
  unsold_count bigint NOT NULL
) WITH (fillfactor = 80);

-- What each seller's sold items brought in each currency.
CREATE TABLE seller_currency_totals (
  seller_id uuid NOT NULL,
  -- ISO 4217.
  currency text NOT NULL,
  -- Minor units.
  amount bigint NOT NULL,
  PRIMARY KEY (seller_id, currency)
) WITH (fillfactor = 80);
