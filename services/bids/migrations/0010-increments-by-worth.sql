-- Increments follow the worth of a currency, and continue without an end: from 100.00 on 2.50, 5, 10, and ten times as much for each
-- further digit. A unit is the power of ten of minor units that comes nearest to one US cent. This is the domain's table of increments
-- in SQL, because a list sorted by price walks an index; a test compares both.
CREATE OR REPLACE FUNCTION minimum_next_bid(currency text, start_price bigint, highest_bid bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN highest_bid IS NULL THEN start_price ELSE least(1000000000000, highest_bid + unit * CASE
    WHEN cents < 100 THEN 5
    WHEN cents < 500 THEN 25
    WHEN cents < 2500 THEN 50
    WHEN cents < 10000 THEN 100
    WHEN cents < 2500 * scale THEN 25 * scale
    WHEN cents < 5000 * scale THEN 50 * scale
    ELSE 100 * scale END) END
  FROM (SELECT CASE
    WHEN currency IN ('AED', 'BHD', 'BIF', 'BOB', 'BRL', 'BWP', 'CLP', 'CNY', 'COU', 'CZK', 'DKK', 'ERN', 'GHS', 'GTQ', 'HKD', 'HNL',
      'ILS', 'JOD', 'KMF', 'KRW', 'KWD', 'LSL', 'MAD', 'MDL', 'MOP', 'MVR', 'MXN', 'MYR', 'NAD', 'NOK', 'OMR', 'PEN',
      'PGK', 'PLN', 'QAR', 'RON', 'RWF', 'SAR', 'SBD', 'SCR', 'SEK', 'SLE', 'STN', 'SVC', 'SZL', 'TJS', 'TMT', 'TND',
      'TTD', 'XAF', 'XOF', 'ZAR', 'ZMW', 'ZWG') THEN 10::bigint
    WHEN currency IN ('AFN', 'ALL', 'BDT', 'BTN', 'CUP', 'CVE', 'DOP', 'DZD', 'EGP', 'ETB', 'GMD', 'GNF', 'GYD', 'HTG', 'INR', 'JMD',
      'KES', 'KGS', 'LKR', 'LRD', 'LYD', 'MKD', 'MRU', 'MUR', 'MZN', 'NIO', 'NPR', 'PHP', 'PKR', 'PYG', 'RSD', 'RUB',
      'SRD', 'THB', 'TRY', 'TWD', 'UAH', 'UGX', 'UYU', 'VED', 'VES', 'VND') THEN 100::bigint
    WHEN currency IN ('AMD', 'AOA', 'ARS', 'CDF', 'CRC', 'HUF', 'KPW', 'KZT', 'MMK', 'MWK', 'NGN', 'SDG', 'SOS', 'TZS', 'UYW', 'YER') THEN 1000::bigint
    WHEN currency IN ('COP', 'IDR', 'IQD', 'KHR', 'LAK', 'MGA', 'MNT', 'SSP', 'SYP', 'UZS') THEN 10000::bigint
    WHEN currency IN ('LBP') THEN 100000::bigint
    WHEN currency IN ('IRR') THEN 1000000::bigint
    ELSE 1::bigint END) AS worth (unit),
  LATERAL (SELECT highest_bid / unit) AS price (cents),
  LATERAL (SELECT ('1' || repeat('0', greatest(1, length(cents::text) - 4)))::bigint) AS size (scale)
$$;

UPDATE item_standings AS s SET next_bid = minimum_next_bid(i.currency, i.start_price, i.highest_bid)
FROM items AS i
WHERE i.id = s.item_id AND s.next_bid <> minimum_next_bid(i.currency, i.start_price, i.highest_bid);
