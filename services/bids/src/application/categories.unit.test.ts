import { describe, expect, it } from 'vitest';
import { toCategoryTree } from './categories.ts';

describe('the tree of categories', () => {
  it('counts each category with its subcategories, and includes categories without items of their own', () => {
    const counts = [
      { category: 'home-garden/clocks', count: 3n },
      { category: '', count: 9n },
      { category: 'home-garden/clocks/wall', count: 1n },
      { category: 'books', count: 2n },
      { category: 'home-garden', count: 4n },
      { category: 'art/prints', count: 5n },
    ];
    expect(toCategoryTree(counts)).toEqual([
      {
        path: 'art',
        name: 'Art',
        itemCount: 5n,
        children: [{ path: 'art/prints', name: 'Prints', itemCount: 5n, children: [] }],
      },
      { path: 'books', name: 'Books', itemCount: 2n, children: [] },
      {
        path: 'home-garden',
        name: 'Home garden',
        itemCount: 8n,
        children: [
          {
            path: 'home-garden/clocks',
            name: 'Clocks',
            itemCount: 4n,
            children: [{ path: 'home-garden/clocks/wall', name: 'Wall', itemCount: 1n, children: [] }],
          },
        ],
      },
    ]);
  });

  it('is sorted by name, with numbers by their value', () => {
    const counts = ['size-10', 'size-2', 'ärmel', 'zoo', 'b_side', '-'].map((category) => ({
      category,
      count: 1n,
    }));
    expect(toCategoryTree(counts).map(({ name }) => name)).toEqual([
      '-',
      'Ärmel',
      'B side',
      'Size 2',
      'Size 10',
      'Zoo',
    ]);
  });
});
