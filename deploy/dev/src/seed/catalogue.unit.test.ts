import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../project-root.ts';
import { catalogue } from './catalogue.ts';
import { bidders, sellers } from './demo-people.ts';

test('every picture of the catalogue is drawn', () => {
  for (const { picture } of catalogue)
    expect(existsSync(join(projectRoot, 'bff/public', picture)), picture).toBe(true);
});

test('titles tell auctions apart, sellers only sell and bidders never outbid themselves', () => {
  expect(new Set(catalogue.map(({ title }) => title)).size).toBe(catalogue.length);
  expect(catalogue.length).toBeGreaterThanOrEqual(20);
  for (const item of catalogue) {
    expect(sellers.map(({ key }) => key)).toContain(item.seller);
    for (const [index, bidder] of item.bids.entries()) {
      expect(bidders.map(({ key }) => key)).toContain(bidder);
      expect(bidder).not.toBe(item.bids[index - 1]);
    }
  }
});

test('categories make a tree: some items stand below a category, some in it', () => {
  const depths = new Set(catalogue.map(({ category }) => category.split('/').length));
  expect(depths).toEqual(new Set([1, 2]));
  for (const { category } of catalogue) expect(category).toMatch(/^[a-z]+(\/[a-z]+(-[a-z]+)*)?$/);
});
