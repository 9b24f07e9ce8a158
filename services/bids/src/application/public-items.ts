import type { Outcome } from '@gavel/service-runtime/failure';
import type { ItemView } from './auction-views.ts';

/** An item as everybody may see it, with nothing that only some may see: what a cache may share. */
export interface PublicItems<Shown> {
  /** The item as it was less than a second ago, or as `load` finds it now. */
  read(
    itemId: string,
    load: () => Promise<Outcome<ItemView, 'ITEM_NOT_FOUND'>>,
  ): Promise<Outcome<Shown, 'ITEM_NOT_FOUND'>>;
}

/** Told of every auction that a command of this process has changed, or may have changed, once it is known. */
export interface ChangedItems {
  changed(itemId: string): void;
}
