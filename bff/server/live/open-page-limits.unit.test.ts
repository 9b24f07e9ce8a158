import { expect, it } from 'vitest';
import { OpenPages } from './open-page-limits.ts';

const newPages = () => new OpenPages({ perAddress: 3, perPerson: 2 });

it('an address has its number of pages, and others are not affected', () => {
  const pages = newPages();
  for (let i = 0; i < 3; i++) expect(pages.enterFrom('192.0.2.1')).toBeDefined();
  expect(pages.enterFrom('192.0.2.1')).toBeUndefined();
  expect(pages.enterFrom('192.0.2.2')).toBeDefined();
});

it('a person has their number of pages', () => {
  const pages = newPages();
  for (let i = 0; i < 2; i++) expect(pages.enterAs('ann')).toBeDefined();
  expect(pages.enterAs('ann')).toBeUndefined();
  expect(pages.enterAs('bob')).toBeDefined();
});

it.each([
  ['all unknown addresses count as one', '', 3],
  ['this machine may open ten times as many', '127.0.0.1', 30],
  ['this machine may open ten times as many', '::1', 30],
])('%s: "%s"', (_, address, most) => {
  const pages = newPages();
  for (let i = 0; i < most; i++) expect(pages.enterFrom(address)).toBeDefined();
  expect(pages.enterFrom(address)).toBeUndefined();
});

it('a page that ends makes room for one, also when its end is reported twice', () => {
  const pages = newPages();
  const [leave] = [1, 2, 3].map(() => pages.enterFrom('192.0.2.1'));
  leave?.();
  leave?.();
  expect(pages.enterFrom('192.0.2.1')).toBeDefined();
  expect(pages.enterFrom('192.0.2.1')).toBeUndefined();
});
