-- The same functions in PL/pgSQL, which keeps their plans for the session. As SQL functions they were planned again for each item.
CREATE OR REPLACE FUNCTION item_document(title text, category text, description text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT coalesce(string_agg(format('''%s'':%s%s', lexeme, place, weight), ' '), '')::tsvector
    FROM (
      SELECT lexeme, first + place AS place, weight, row_number() OVER (PARTITION BY lexeme ORDER BY first + place) AS n
      FROM (VALUES (title, 0, 'A'), (category, 1000, 'B'), (description, 2000, 'D')) AS parts (input, first, weight),
        search_words(input) AS words, unnest(ARRAY[word, pair, joined, '~' || nullif(stem, '')]) AS lexeme
      WHERE lexeme IS NOT NULL
    ) AS places
    WHERE n < 256);
END $$;

CREATE OR REPLACE FUNCTION list_words(item_id uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- In order, so that two transactions never wait for each other.
  INSERT INTO listed_words (word, listed_on)
  SELECT lexeme, current_date FROM item_documents AS d, unnest(d.document)
  WHERE d.item_id = list_words.item_id AND lexeme ~ '^[^~0-9]{4,32}$' AND octet_length(lexeme) < 3 * length(lexeme)
  ORDER BY lexeme
  ON CONFLICT (word) DO UPDATE SET listed_on = excluded.listed_on WHERE listed_words.listed_on < excluded.listed_on;
END $$;
