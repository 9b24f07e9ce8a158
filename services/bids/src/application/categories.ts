import { flatCategories, type HouseCategory, houseCategories } from '@gavel/proto/categories';
import type { AuctionViews } from './ports.ts';

/** A category of the house and its subcategories. */
export interface CategoryNode {
  /** Tokens separated by '/'. */
  readonly path: string;
  /** For display. */
  readonly name: string;
  /** Auctions that take bids now, in this category and those below it, of the house or not. */
  readonly itemCount: bigint;
  /** Sorted by name. */
  readonly children: readonly CategoryNode[];
}

/** The categories of the house with the number of auctions in each. Categories that sellers typed count for those above them. */
export async function listCategories({
  views,
}: {
  views: Pick<AuctionViews, 'categories'>;
}): Promise<CategoryNode[]> {
  const counts = await views.categories(flatCategories().map(({ path }) => path));
  const toNodes = (tree: readonly HouseCategory[]): CategoryNode[] =>
    tree.map(({ path, name, children }) => ({
      path,
      name,
      itemCount: counts.get(path) ?? 0n,
      children: toNodes(children),
    }));
  return toNodes(houseCategories);
}
