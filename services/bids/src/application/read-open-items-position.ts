import type { ItemOrder, OpenItemsPosition } from './open-items.ts';
import { readId } from './read-fields.ts';
import { readTimePosition } from './read-time-position.ts';

// At most 18 digits: more than any price or count, and never more than an int8.
const whole = /^\d{1,18}$/;
// As JavaScript writes a float4 between 0 and 1000.
const rank = /^\d{1,3}(\.\d{1,20})?(e-\d{1,2})?$/;

const keys: Readonly<Record<ItemOrder, (key: string, id: string) => boolean>> = {
  endingSoon: isTime,
  newest: isTime,
  priceLow: (key) => whole.test(key),
  priceHigh: (key) => whole.test(key),
  mostBids: (key) => whole.test(key),
  relevance: (key) => rank.test(key),
};

/** Reads a page position of the form [key, id, since]; undefined when it is none of that order. */
export function readOpenItemsPosition(
  position: readonly string[],
  order: ItemOrder,
): OpenItemsPosition | undefined {
  const [key = '', rawId = '', rawSince = ''] = position;
  const id = readId(rawId);
  if (position.length !== 3 || id === undefined || !keys[order](key, id)) return undefined;
  const since = readTimePosition([rawSince, id])?.time;
  return since && { key, id, since };
}

function isTime(key: string, id: string): boolean {
  return readTimePosition([key, id]) !== undefined;
}
