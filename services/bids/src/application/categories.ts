import type { AuctionViews } from './ports.ts';

/** A category and its subcategories. */
export interface CategoryNode {
  /** Tokens separated by '/'. */
  readonly path: string;
  /** For display: `home-garden` is `Home garden`. */
  readonly name: string;
  /** Auctions in this category and its subcategories. */
  readonly itemCount: bigint;
  /** Sorted by name. */
  readonly children: readonly CategoryNode[];
}

interface Branch {
  count: bigint;
  readonly children: Map<string, Branch>;
}

/** The categories of the auctions that take bids now, as a tree. */
export async function listCategories({ views }: { views: AuctionViews }): Promise<CategoryNode[]> {
  return toCategoryTree(await views.categories());
}

/** The tree of some categories. It includes parents without auctions of their own; the empty category is left out. */
export function toCategoryTree(counts: readonly { category: string; count: bigint }[]): CategoryNode[] {
  const root: Branch = { count: 0n, children: new Map() };
  for (const { category, count } of counts) {
    let branch = root;
    for (const token of category === '' ? [] : category.split('/')) {
      const child = branch.children.get(token) ?? { count: 0n, children: new Map() };
      branch.children.set(token, child);
      child.count += count;
      branch = child;
    }
  }
  return toNodes(root, '');
}

const byName = new Intl.Collator('en', { numeric: true });

function toNodes({ children }: Branch, above: string): CategoryNode[] {
  const nodes = [...children].map(([token, branch]) => {
    const path = `${above}${token}`;
    return {
      path,
      name: toName(token),
      itemCount: branch.count,
      children: toNodes(branch, `${path}/`),
    };
  });
  return nodes.sort((a, b) => byName.compare(a.name, b.name) || (a.path < b.path ? -1 : 1));
}

function toName(token: string): string {
  const name = token.split(/[-_]+/).filter(Boolean).join(' ');
  return name === '' ? token : name.replace(/^./u, (first) => first.toUpperCase());
}
