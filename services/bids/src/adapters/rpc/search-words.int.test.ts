import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  findTitles,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';
import { pruneListedWords } from '../postgres/search-query.ts';

let bids: BidsUnderTest;
let seller: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  seller = await bids.newUser();
});
afterAll(() => bids?.stop());

/** The titles that a query finds, in order. */
const find = (query: object): Promise<string[]> => findTitles(bids.anonymous, query);

async function make(title: string, fields: object = {}): Promise<void> {
  await bids.createItem(seller, { title, description: '', ...fields });
}

describe('the words of a search', () => {
  const spelled: [title: string, finds: string[], misses?: string[]][] = [
    [
      'Silver/gold pocket watch',
      ['silver', 'gold', 'silver/gold', 'SILVER gold'],
      ['sil ver', 'watch -silver', 'watch -gold'],
    ],
    ['Mr.Smith portrait', ['smith', 'mr smith', 'mr.smith', '"mr smith portrait"'], ['"smith mr"']],
    [
      'Zoom 35-70mm f/2.8',
      ['70mm', '35-70mm', '70 mm', '35', 'f/2.8', 'f2.8', '2.8'],
      ['70cm', '7', '3570', '-70mm zoom'],
    ],
    ['iPhone-13', ['iphone 13', 'iphone13', 'iPhone-13', 'iphone', 'iphone −14'], ['iphone 1', 'iphone -13']],
    ['Café table', ['cafe', 'CAFÉ', 'Cafe\u0301']],
    ['Müller lathe', ['muller', 'MÜLLER', 'mu\u0308ller']],
    ['Map of Łódź', ['lodz', 'Łódź', 'ŁÓDŹ', 'Lo\u0301dz']],
    ['E\u0301clair mould', ['éclair', 'eclair', 'ÉCLAIR', 'e\u0301clair']],
    [
      'Smørrebrød on Straße in Đakovo, œuvre of Þór',
      ['smorrebrod', 'strasse', 'STRASSE', 'dakovo', 'oeuvre', 'thor'],
    ],
    ['Ｆｕｌｌ ｗｉｄｔｈ １２３４', ['full width', '1234', '１２３４']],
    ['古い時計', ['時計', '古い', '古い時計', '時', '計', '"時計"'], ['計時', '時古', '-時計 古い']],
    ['ガラスのﾗﾝﾌﾟ', ['ランプ', 'ﾗﾝﾌﾟ', 'ガラス'], ['カラス']],
    ['빈티지 시계를 팝니다', ['시계', '빈티지 시계'], ['계시']],
    ['นาฬิกาโบราณ', ['นาฬิกา', 'โบราณ']],
    ['ΣΟΦΟΣ', ['σοφός', 'σοφοσ']],
    ['Ёлка и чай', ['елка', 'ёлка', 'ЧАЙ']],
    [
      'Sotheby’s men’s T-shirt, U.S.A.',
      ["sotheby's", 'sotheby', 'sothebys', 'mens', 'tshirt', 't-shirt', 't shirt', 'usa', 'u.s.a.'],
    ],
    ['Leica_M3 body', ['leica', 'm3', 'leica m3', 'leica-m3'], ['m30']],
    [
      'Gramophone',
      ['gramo', 'gramobhone', 'gramophon', 'grmophone', 'garmophone', 'gramophonee', 'xramophone'],
      ['grmofone', '"gramo"', '"gramofone"'],
    ],
    [
      'Lamp of brass',
      ['lmap', 'lamb brass', 'bras lamps', 'brss lamp', 'lam of brass', 'lamp or'],
      ['lmp', 'lump -brass'],
    ],
  ];
  it.each(spelled)('%s is found as people write it', async (title, finds, misses = []) => {
    const category = `spelled/${spelled.findIndex(([other]) => other === title)}`;
    await make(title, { category });
    for (const query of finds) expect(await find({ query, category }), query).toHaveLength(1);
    for (const query of misses) expect(await find({ query, category }), query).toEqual([]);
  });

  it('one normalisation makes the words of documents and of queries', async () => {
    const texts = spelled.flatMap(([title, finds]) => [title, ...finds]);
    const { rows } = await bids.database.pool.query<{ text: string }>(
      `SELECT text FROM unnest($1::text[]) AS texts (text)
       WHERE NOT (SELECT coalesce(bool_and(word = ANY (tsvector_to_array(item_document(text, '', '')))), false) FROM search_words(text))
         OR search_text(search_text(text)) <> search_text(text)`,
      [texts],
    );
    expect(rows).toEqual([]);
  });

  it.each([
    ['one long word', 'a'.repeat(10_000)],
    ['one character thousands of times', '時'.repeat(10_000)],
    ['one word thousands of times', 'a b '.repeat(2_500)],
    ['thousands of joined letters', 'a-'.repeat(5_000)],
    ['quotes and backslashes', "'\\\\''\\:*&|!<->".repeat(500)],
  ])('a description of %s can be listed', async (name, description) => {
    await make(`Extreme ${name}`, { description });
    expect(await find({ query: `"extreme ${name}"` })).toEqual([`Extreme ${name}`]);
  });

  it('pages of a corrected search contain each item once', async () => {
    for (const n of [1, 2, 3, 4, 5]) await make(`Barometer ${n}`, { category: 'spelled/pages' });
    const found = await find({ query: 'baromoter', category: 'spelled/pages' });
    expect(found.toSorted()).toEqual([1, 2, 3, 4, 5].map((n) => `Barometer ${n}`));
  });

  it('candidates for mistyped words are forgotten once no open auction can contain them', async () => {
    const { pool } = bids.database;
    await pool.query(
      `INSERT INTO listed_words SELECT 'word' || days, current_date - days FROM unnest(ARRAY[187, 200, 201, 400]) AS days`,
    );
    await pruneListedWords(pool);
    const { rows } = await pool.query(
      "SELECT word FROM listed_words WHERE word LIKE 'word___' ORDER BY word",
    );
    expect(rows).toEqual([{ word: 'word187' }, { word: 'word200' }]);
  });
});
