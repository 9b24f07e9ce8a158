import { houseCategories } from '@gavel/proto/categories';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BidsUnderTest,
  findTitles,
  startBidsUnderTest,
  type Visitor,
} from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
let seller: Visitor;

beforeAll(async () => {
  bids = await startBidsUnderTest();
  seller = await bids.newUser();
});
afterAll(() => bids?.stop());

/** The titles that a query finds, in order. */
const find = (query: object): Promise<string[]> => findTitles(bids.anonymous, query);

async function make(title: string, fields: object = {}): Promise<string> {
  return (await bids.createItem(seller, { title, description: '', ...fields })).id;
}

describe('categories', () => {
  beforeAll(async () => {
    for (const category of ['tree', 'Tree / Oak & Ash', 'tree/oak-ash/leaves', 'tree-house', 'tree/elm'])
      await make(category, { category });
    const id = await make('gone', { category: 'tree/gone' });
    await seller.call('CancelItem', { id });
  });

  it('select their items and those of subcategories', async () => {
    const below = ['tree', 'Tree / Oak & Ash', 'tree/oak-ash/leaves', 'tree/elm'];
    expect((await find({ category: 'tree' })).sort()).toEqual(below.sort());
    expect(await find({ category: 'TREE/Oak & Ash' })).toEqual(['Tree / Oak & Ash', 'tree/oak-ash/leaves']);
    expect(await find({ category: 'tree/oak' })).toEqual([]);
    expect(await find({ category: 'tree-house' })).toEqual(['tree-house']);
  });

  it('that sellers type never become navigation, but count for those of the house above them', async () => {
    const before = await treeOf();
    const typed = [
      'Constructor',
      '__proto__',
      'w'.repeat(64),
      'clocks/cuckoo',
      'Clocks / Longcase / Tall',
      'clocksmith',
    ];
    for (const category of typed) await make(category, { category });
    const tree = await treeOf();
    expect(tree.map(({ path }) => path)).toEqual(houseCategories.map(({ path }) => path));
    const clocks = tree.find(({ path }) => path === 'clocks');
    expect(clocks?.children.map(({ path, name }) => [path, name])).toEqual([
      ['clocks/carriage', 'Carriage'],
      ['clocks/longcase', 'Longcase'],
      ['clocks/watches', 'Watches'],
    ]);
    const count = (tree: Tree, path: string) =>
      Number(tree.flatMap((top) => [top, ...top.children]).find((each) => each.path === path)?.itemCount);
    for (const [path, more] of [
      ['clocks', 2],
      ['clocks/longcase', 1],
      ['clocks/watches', 0],
      ['other', 0],
    ] as const)
      expect(count(tree, path) - count(before, path), path).toBe(more);
    expect(await find({ category: 'constructor' })).toEqual(['Constructor']);
    expect(await find({ category: 'w'.repeat(64) })).toEqual(['w'.repeat(64)]);
    expect(await find({ query: 'cuckoo' })).toEqual(['clocks/cuckoo']);
  });
});

type Tree = { path: string; name: string; itemCount: string; children: Tree }[];

async function treeOf(): Promise<Tree> {
  const { status, body } = await bids.anonymous.call('ListCategories');
  expect(status).toBe(200);
  return body.categories;
}
