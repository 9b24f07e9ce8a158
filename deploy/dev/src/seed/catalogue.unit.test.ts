import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { flatCategories } from '@gavel/proto/categories';
import { expect, test } from 'vitest';
import { projectRoot } from '../project-root.ts';
import { catalogue } from './catalogue.ts';
import { bidders, sellers } from './demo-people.ts';
import { demoTerms } from './seed-demo.ts';

test('every picture of the catalogue exists', () => {
  for (const { picture } of catalogue)
    expect(existsSync(join(projectRoot, 'bff/public', picture)), picture).toBe(true);
});

test('titles are unique, sellers only sell, and no bidder outbids himself', () => {
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

test('categories are those of the house, some of them below another one', () => {
  const depths = new Set(catalogue.map(({ category }) => category.split('/').length));
  expect(depths).toEqual(new Set([1, 2]));
  const house = flatCategories().map(({ path }) => path);
  for (const { category } of catalogue) expect(house).toContain(category);
});

test('every rule has an example, and terms name auctions of the catalogue and fit their prices and bids', () => {
  for (const [title, terms] of Object.entries(demoTerms)) {
    const item = catalogue.find((each) => each.title === title);
    expect(item, title).toBeDefined();
    if (!item) continue;
    const { reservePrice = item.start.amount, buyNowPrice = reservePrice } = terms;
    expect(reservePrice, title).toBeGreaterThanOrEqual(item.start.amount);
    expect(buyNowPrice, title).toBeGreaterThanOrEqual(reservePrice);
    if (terms.startsInHours !== undefined) expect(item.bids, title).toEqual([]);
    if (terms.firstMaximum !== undefined) expect(item.bids.length, title).toBe(1);
  }
  const used = new Set(Object.values(demoTerms).flatMap((terms) => Object.keys(terms)));
  expect([...used].sort()).toEqual([
    'buyNowPrice',
    'firstMaximum',
    'reservePrice',
    'softCloseSeconds',
    'startsInHours',
  ]);
});
