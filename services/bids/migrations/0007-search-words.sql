-- Search by words: one normalisation for titles, categories, descriptions and queries. Documents and queries are both made
-- from search_words(), so they cannot differ. Both extensions are part of Postgres (contrib).
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A text as words between single blanks. In this order: compatibility forms (full-width digits, ligatures, decomposed letters),
-- lower case, letters without accents (`unaccent` knows those that have no decomposition, such as ø and ł), no combining marks,
-- no possessive 's, and blanks for everything that is no letter, mark or digit. A hyphen stays where a hyphen, an apostrophe or
-- a full stop joins two characters. Marks of scripts that spell with them (Devanagari, Thai, kana) stay. The collation is
-- ICU's, because the database's own may know ASCII letters only.
CREATE FUNCTION search_text(input text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(regexp_replace(regexp_replace(normalize(regexp_replace(normalize(translate(
      unaccent('unaccent', lower(normalize(regexp_replace(input, '[™℠]|(?=[¼-¾⅐-⅞])', ' ', 'g'), NFKC) COLLATE "und-x-icu")),
        'ς٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'σ01234567890123456789'), NFKD),
      '[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670'
        '\u06d6-\u06dc\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+',
      '', 'g'), NFKC) COLLATE "und-x-icu",
    '([[:alnum:]])[''’]s(?![[:alnum:]])', '\1', 'g'),
    '(?<=[[:alnum:]])[-.''’‐‑](?=[[:alnum:]])', '-', 'g'),
    '([^-[:alnum:]\u0900-\u0963\u0966-\u0dff\u0e00-\u0e4e\u0e50-\u0fff\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u3007\u3099\u309a]'
      '|(?<![[:alnum:]])-|-(?![[:alnum:]]))+',
    ' ', 'g'))
$$;

-- The words of a text, numbered from 1. Numbers are words of their own: `70mm` is `70` and `mm`, like `70 mm`. Scripts that are
-- written without blanks (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) have one word for each character, and `pair` is
-- that character with the next one. `stem` is the English stem, null for other scripts, empty for words such as "the". `joined`,
-- at the first word of `t-shirt`, is `tshirt`. Longer words are cut, on both sides.
CREATE FUNCTION search_words(input text)
  RETURNS TABLE (place bigint, part bigint, word text, pair text, stem text, joined text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT row_number() OVER texts, part, word,
    CASE WHEN single AND lead(single) OVER parts THEN word || lead(word) OVER parts END,
    CASE WHEN word ~ '^[a-z]+$' THEN coalesce((ts_lexize('english_stem', word))[1], '') END,
    joined
  FROM (
    SELECT part, n, left(found[1], 64) AS word, found[2] IS NOT NULL AS single,
      CASE WHEN n = 1 AND chunk ~ '^[^0-9]+-[^0-9]+$' THEN left(replace(chunk, '-', ''), 64) END AS joined
    FROM regexp_split_to_table(search_text(input) COLLATE "C", ' ') WITH ORDINALITY AS chunks (chunk, part),
      regexp_matches(chunk, '([0-9]+|([\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u309a\u309d-\u30ff'
        '\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff])|[^-0-9\u0e00-\u0eff\u1000-\u11ff'
        '\u1780-\u17ff\u3005-\u3007\u3041-\u309a\u309d-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af'
        '\U00020000-\U0003ffff]+)', 'g') WITH ORDINALITY AS words (found, n)
    -- Keeps this a step of its own. Otherwise the sort below would copy the whole chunk for each of its words.
    OFFSET 0
  ) AS found
  WINDOW texts AS (ORDER BY part, n), parts AS (PARTITION BY part ORDER BY n)
$$;

-- The words of an item and their places: each word as it is, its pair, its joined form, and `~` with its stem. Words of the title
-- weigh most (A), those of the description least (D). The parts are so far apart that no phrase is found across two of them.
-- Postgres keeps at most 255 places of a word.
CREATE OR REPLACE FUNCTION item_document(title text, category text, description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(format('''%s'':%s%s', lexeme, place, weight), ' '), '')::tsvector
  FROM (
    SELECT lexeme, first + place AS place, weight, row_number() OVER (PARTITION BY lexeme ORDER BY first + place) AS n
    FROM (VALUES (title, 0, 'A'), (category, 1000, 'B'), (description, 2000, 'D')) AS parts (input, first, weight),
      search_words(input) AS words, unnest(ARRAY[word, pair, joined, '~' || nullif(stem, '')]) AS lexeme
    WHERE lexeme IS NOT NULL
  ) AS places
  WHERE n < 256
$$;

-- Every word of letters that was listed lately: the candidates for a mistyped word. A word that no open auction contains does no
-- harm, because it finds nothing. `listed_on` is the last day on which an item with this word was listed or edited; a row changes
-- at most once a day, so that items with the same words do not wait for each other.
CREATE TABLE listed_words (
  word      text PRIMARY KEY,
  listed_on date NOT NULL
);
CREATE INDEX listed_words_letters ON listed_words USING gin (word gin_trgm_ops);

CREATE FUNCTION list_words(item_id uuid) RETURNS void LANGUAGE sql AS $$
  -- In order, so that two transactions never wait for each other.
  INSERT INTO listed_words (word, listed_on)
  SELECT lexeme, current_date FROM item_documents AS d, unnest(d.document)
  WHERE d.item_id = list_words.item_id AND lexeme ~ '^[^~0-9]{4,32}$' AND octet_length(lexeme) < 3 * length(lexeme)
  ORDER BY lexeme
  ON CONFLICT (word) DO UPDATE SET listed_on = excluded.listed_on WHERE listed_words.listed_on < excluded.listed_on
$$;

CREATE OR REPLACE FUNCTION list_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO item_standings VALUES (NEW.id, NEW.currency,
    minimum_next_bid(NEW.currency, NEW.start_price, NEW.highest_bid), NEW.bid_count);
  INSERT INTO item_documents VALUES (NEW.id, item_document(NEW.title, NEW.category, NEW.description));
  PERFORM list_words(NEW.id);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION list_item_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE item_documents SET document = item_document(NEW.title, NEW.category, NEW.description)
  WHERE item_id = NEW.id;
  PERFORM list_words(NEW.id);
  RETURN NULL;
END $$;

-- The listed words that differ from a word by one letter: another one, one more, one less, or two neighbours swapped.
CREATE FUNCTION similar_words(word text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  SELECT DISTINCT listed.word
  FROM generate_series(0, length(similar_words.word)) AS n,
    unnest(ARRAY[
      left(similar_words.word, n) || '_' || substr(similar_words.word, n + 2),
      left(similar_words.word, n) || '_' || substr(similar_words.word, n + 1),
      left(similar_words.word, n) || substr(similar_words.word, n + 2),
      left(similar_words.word, n) || substr(similar_words.word, n + 2, 1) || substr(similar_words.word, n + 1, 1)
        || substr(similar_words.word, n + 3)
    ]) AS pattern
    JOIN listed_words AS listed ON listed.word LIKE pattern
  WHERE listed.word <> similar_words.word
$$;

UPDATE item_documents AS d SET document = item_document(i.title, i.category, i.description)
FROM items AS i WHERE i.id = d.item_id;
INSERT INTO listed_words
SELECT DISTINCT lexeme, current_date FROM item_documents AS d, unnest(d.document)
WHERE lexeme ~ '^[^~0-9]{4,32}$' AND octet_length(lexeme) < 3 * length(lexeme);
