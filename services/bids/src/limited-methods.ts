import type { MethodRules } from '@gavel/service-runtime/rate-limit/limit-rates';
import type { BidsConfig } from './config.ts';

const MINUTE = 60;
const HOUR = 3600;

/** Which methods are counted together, and how many requests a user may send; an address may send some times as many. */
export function limitedMethods(config: BidsConfig): Readonly<Record<string, MethodRules>> {
  const rules = (name: string, limit: number, seconds: number): MethodRules => ({
    user: { name: `${name}:user`, limit, seconds },
    address: { name: `${name}:address`, limit: limit * config.RATE_LIMIT_ADDRESS_FACTOR, seconds },
  });
  const bids = rules('bids', config.RATE_LIMIT_BIDS_PER_MINUTE, MINUTE);
  const items = rules('items', config.RATE_LIMIT_ITEMS_PER_HOUR, HOUR);
  return {
    PlaceBid: bids,
    BuyNow: bids,
    CreateItem: items,
    RelistItem: items,
    UploadPicture: rules('pictures', config.RATE_LIMIT_PICTURES_PER_HOUR, HOUR),
    ListItems: rules('searches', config.RATE_LIMIT_SEARCHES_PER_MINUTE, MINUTE),
  };
}
