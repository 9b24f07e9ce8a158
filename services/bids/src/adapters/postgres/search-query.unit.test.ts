import { expect, test } from 'vitest';
import { toTerms } from './search-query.ts';

const word = (text: string, group = 0) => ({ text, phrase: false, excluded: false, group });
const phrase = (text: string, group = 0) => ({ ...word(text, group), phrase: true });
const not = <T extends object>(term: T) => ({ ...term, excluded: true });

test.each([
  ['words', 'brass  lamp', [word('brass'), word('lamp')]],
  ['a word with separators', '35-70mm silver/gold', [word('35-70mm'), word('silver/gold')]],
  ['a phrase', '"long player" blue', [phrase('long player'), word('blue')]],
  [
    'a phrase in typographic or full-width quotes',
    '“long player” ＂b c＂',
    [phrase('long player'), phrase('b c')],
  ],
  [
    'an excluded word and phrase',
    'watch -silver -"two words"',
    [word('watch'), not(word('silver')), not(phrase('two words'))],
  ],
  [
    'other signs for minus',
    'watch −silver －gold –tin',
    [word('watch'), not(word('silver')), not(word('gold')), not(word('tin'))],
  ],
  ['a dash between blanks as no term that excludes', 'a - b', [word('a'), word('-'), word('b')]],
  ['or in any case, between groups', 'a b OR c', [word('a'), word('b'), word('c', 1)]],
  ['or in quotes as a word', '"or" noir', [phrase('or'), word('noir')]],
  ['a quote without an end as part of a word', 'a "b', [word('a'), word('"b')]],
])('a search has %s', (_, search, terms) => {
  expect(toTerms(search)).toEqual(terms);
});
