import type { AuctionViews } from './auction-views.ts';
import { type CategoryNode, toCategoryTree } from './category-tree.ts';

/** The categories of the auctions that take bids now, as a tree. */
export async function listCategories(views: AuctionViews): Promise<CategoryNode[]> {
  return toCategoryTree(await views.categories());
}
