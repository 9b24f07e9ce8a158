import { create } from '@bufbuild/protobuf';
import { CategorySchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import { expect, test } from 'vitest';
import { categoryChoices } from './catalogue.ts';

test('a form offers the fixed categories, those of the tree with their children, and the item’s own', () => {
  const tree = [
    create(CategorySchema, {
      path: 'clocks',
      children: [create(CategorySchema, { path: 'clocks/cuckoo' })],
    }),
  ];
  const choices = categoryChoices(tree, 'toys/tin-soldiers');
  expect(choices).toContainEqual({ value: 'clocks/watches', label: 'Clocks › Watches' });
  expect(choices).toContainEqual({ value: 'clocks/cuckoo', label: 'Clocks › Cuckoo' });
  expect(choices).toContainEqual({ value: 'toys/tin-soldiers', label: 'Toys › Tin soldiers' });
  expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
  expect(choices.map(({ label }) => label)).toEqual(choices.map(({ label }) => label).toSorted());
});

test('an item without a category adds no choice', () => {
  expect(categoryChoices([])).not.toContainEqual(expect.objectContaining({ value: '' }));
});
