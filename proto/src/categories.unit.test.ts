import { describe, expect, it } from 'vitest';
import { flatCategories, houseCategories } from './categories.ts';

const all = flatCategories();

describe('the categories of the house', () => {
  it('have paths of lower-case tokens, each below its parent and once', () => {
    for (const { path } of all) expect(path).toMatch(/^[a-z]+(-[a-z]+)*(\/[a-z]+(-[a-z]+)*)*$/);
    for (const { path, children } of all)
      for (const child of children) expect(child.path.slice(0, child.path.lastIndexOf('/'))).toBe(path);
    expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
  });

  it('are sorted by name, and short enough for a phone', () => {
    for (const siblings of [houseCategories, ...all.map(({ children }) => children)]) {
      const names = siblings.map(({ name }) => name);
      expect(names).toEqual(names.toSorted());
      for (const name of names) expect(name.length).toBeLessThanOrEqual(24);
    }
  });
});
