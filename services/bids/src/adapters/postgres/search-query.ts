import type { Pool } from '@gavel/postgres/pool';

/** A part of a search as it was typed: a word, or a phrase in quotes. */
interface SearchTerm {
  readonly text: string;
  readonly phrase: boolean;
  /** Written with a minus: items that contain it are left out. */
  readonly excluded: boolean;
  /** Terms with the same number must all be true. `or` begins the next number. */
  readonly group: number;
}

/** A search as Postgres matches it, both in the syntax of tsquery. */
export interface SearchQuery {
  readonly match: string;
  /** The words exactly as typed, any of them: only for the rank. */
  readonly typed: string;
}

/** One word of a term, as `search_words` returns it. */
interface TermWord {
  readonly term: number;
  readonly part: number;
  readonly place: number;
  readonly word: string;
  readonly pair: string | null;
  readonly stem: string | null;
  readonly joined: string | null;
  /** Lexemes of listed words that differ by one letter. */
  readonly similar: readonly string[];
}

// Looking for similar words costs a few index probes for each letter.
const MOST_CORRECTED = 8;

const READ_WORDS = `
  SELECT term::integer, part::integer, place::integer, word, pair, stem, joined,
    CASE WHEN $2 AND term <= ${MOST_CORRECTED} AND length(word) >= 4 AND word !~ '[0-9]' AND pair IS NULL THEN ARRAY(
      SELECT lexeme FROM similar_words(word) AS listed,
        unnest(ARRAY[listed, '~' || (ts_lexize('english_stem', listed))[1]]) AS lexeme WHERE lexeme IS NOT NULL LIMIT 40)
    ELSE '{}' END AS similar
  FROM unnest($1::text[]) WITH ORDINALITY AS terms (input, term), search_words(input)
  ORDER BY term, place`;

/**
 * Reads a search into a query of documents, with the words as `search_words` makes them on both sides. Undefined when it
 * contains no word. The last word also finds longer ones that begin with it. With `corrected`, each word does, and also finds
 * words that differ by one letter.
 */
export async function readSearchQuery(
  pool: Pool,
  search: string,
  corrected: boolean,
): Promise<SearchQuery | undefined> {
  const terms = toTerms(search);
  const { rows } = await pool.query<TermWord>({
    name: 'search-words',
    text: READ_WORDS,
    values: [terms.map(({ text }) => text), corrected],
  });
  return toSearchQuery(terms, rows, corrected);
}

const TERMS = /(-?)"([^"]*)"|(-?)(\S+)/gu;

/** The terms of a search: words, `"phrases"`, `-excluded` ones, and `or` between groups. */
export function toTerms(search: string): SearchTerm[] {
  const plain = search
    .normalize('NFKC')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/(?<=^|\s)[−‐‑–](?=[^\s-])/g, '-');
  let group = 0;
  const terms: SearchTerm[] = [];
  for (const [, minus, quoted, dash, word = ''] of plain.matchAll(TERMS)) {
    if (quoted !== undefined) terms.push({ text: quoted, phrase: true, excluded: minus === '-', group });
    else if (dash === '' && word.toLowerCase() === 'or') group++;
    else terms.push({ text: word, phrase: false, excluded: dash === '-', group });
  }
  return terms;
}

function toSearchQuery(
  terms: readonly SearchTerm[],
  words: readonly TermWord[],
  corrected: boolean,
): SearchQuery | undefined {
  const wanted = words.filter(({ term }) => terms[term - 1]?.excluded === false);
  const bare = words.filter(({ term }) => terms[term - 1]?.phrase === false);
  const last = wanted.findLast((word) => bare.includes(word));
  const isStopWord = ({ term, stem }: TermWord): boolean => stem === '' && terms[term - 1]?.phrase === false;
  const keepsStopWords = wanted.every(isStopWord);
  const groups = new Map<number, string[]>();
  for (const [index, term] of terms.entries()) {
    const own = words.filter((word) => word.term === index + 1);
    const open = (word: TermWord): boolean =>
      !term.phrase && !term.excluded && (corrected || word === last) && isSpelled(word.word);
    const parts = term.phrase ? [own] : byPart(own);
    const conditions = parts
      .filter((part) => part.length > 0)
      .filter((part) => term.excluded || keepsStopWords || part.length > 1 || !part.every(isStopWord))
      .map((part) => toCondition(part, term.phrase, open));
    if (conditions.length === 0) continue;
    const condition = conditions.join(' & ');
    const group = groups.get(term.group) ?? [];
    groups.set(term.group, [...group, term.excluded ? `!(${condition})` : condition]);
  }
  if (groups.size === 0) return undefined;
  return {
    match: [...groups.values()].map((group) => `(${group.join(' & ')})`).join(' | '),
    typed: wanted.map(({ word }) => lexeme(word)).join(' | '),
  };
}

function byPart(words: readonly TermWord[]): TermWord[][] {
  return [...Map.groupBy(words, ({ part }) => part).values()];
}

/** Words beside each other, or the same words written as one. */
function toCondition(words: readonly TermWord[], phrase: boolean, open: (word: TermWord) => boolean): string {
  const steps = words.flatMap((word, i) => {
    // The last character of a run is in the pair before it.
    if (word.pair === null && words[i - 1]?.pair) return [];
    return [{ place: word.place, found: toAlternatives(word, open(word)) }];
  });
  const beside = steps
    .map(({ place, found }, i) => (i === 0 ? found : `<${place - (steps[i - 1]?.place ?? 0)}> ${found}`))
    .join(' ');
  const joined = phrase ? null : (words[0]?.joined ?? null);
  return joined === null ? `(${beside})` : `(${beside} | ${lexeme(joined)})`;
}

function toAlternatives({ word, pair, stem, similar }: TermWord, open: boolean): string {
  if (pair !== null) return lexeme(pair);
  const found = [
    lexeme(word),
    ...(stem ? [lexeme(`~${stem}`)] : []),
    ...(open ? [`${lexeme(word)}:*`, ...similar.map(lexeme)] : []),
  ];
  return `(${found.join(' | ')})`;
}

/** Numbers and single letters only find themselves. */
function isSpelled(word: string): boolean {
  return word.length > 1 && !/\d/.test(word);
}

/** Words consist of letters, marks and digits only; quotes make them safe from the syntax all the same. */
function lexeme(word: string): string {
  return `'${word.replace(/['\\]/g, '')}'`;
}

// An auction is open for at most 187 days: it starts within 90, runs for 90, and late bids move its end by at most 7.
const FORGET_AFTER_DAYS = 200;

/** Deletes candidates for mistyped words that no open auction can contain any more. */
export async function pruneListedWords(pool: Pool): Promise<void> {
  await pool.query('DELETE FROM listed_words WHERE listed_on < current_date - $1::integer', [
    FORGET_AFTER_DAYS,
  ]);
}
