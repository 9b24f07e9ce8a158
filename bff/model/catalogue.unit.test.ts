import { expect, test } from 'vitest';
import { categoryChoices, categoryLabel, parentsOf } from './catalogue.ts';

test('a form offers the categories of the house and the item’s own', () => {
  const choices = categoryChoices('toys/tin-soldiers');
  expect(choices).toContainEqual({ value: 'clocks/watches', label: 'Clocks › Watches' });
  expect(choices).toContainEqual({ value: 'cameras/large-format', label: 'Cameras › Large format' });
  expect(choices).toContainEqual({ value: 'toys/tin-soldiers', label: 'Toys › Tin soldiers' });
  expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
  expect(choices.map(({ label }) => label)).toEqual(choices.map(({ label }) => label).toSorted());
});

test('an item without a category, or with one of the house, adds no choice', () => {
  expect(categoryChoices('')).toEqual(categoryChoices());
  expect(categoryChoices('clocks/watches')).toEqual(categoryChoices());
});

test('a category outside the house is shown by the last part of its path', () => {
  expect(categoryLabel('toys/tin-soldiers')).toBe('Tin soldiers');
  expect(categoryLabel('constructor')).toBe('Constructor');
  expect(parentsOf('a/b/c')).toEqual(['a', 'a/b', 'a/b/c']);
  expect(parentsOf('')).toEqual([]);
});
