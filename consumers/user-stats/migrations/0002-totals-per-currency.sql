-- What each person has bid in each currency: amounts of different currencies cannot be added.
-- Filled from the first event that is handled after this migration; `gavel replay user-stats` counts older events too.
CREATE TABLE user_currency_totals (
  user_id uuid NOT NULL,
  -- ISO 4217.
  currency text NOT NULL,
  bids bigint NOT NULL,
  -- Minor units.
  amount bigint NOT NULL,
  PRIMARY KEY (user_id, currency)
) WITH (fillfactor = 80);
