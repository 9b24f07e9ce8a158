import { create } from '@bufbuild/protobuf';
import { type Item, ItemSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ChangedItems, PublicItems } from '../../application/public-items.ts';
import { toItemMessage } from './item-message.ts';

/** Items as anyone may see them, always as they are now: for a service without Redis. */
export const uncachedItems: PublicItems<Item> & ChangedItems = {
  async read(_, load) {
    const loaded = await load();
    return loaded.ok
      ? { ok: true, value: create(ItemSchema, toItemMessage(loaded.value, undefined)) }
      : loaded;
  },
  changed: () => undefined,
};
