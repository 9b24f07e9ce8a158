import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { BidService, type Item, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { ItemSource } from '../../application/ports.ts';
import type { SourceItem } from '../../domain/compare-with-source.ts';
import { outcomes } from '../events/to-auction-event.ts';

const ANSWER_MS = 5_000;

/** Reads items from the bids service, as anybody may. */
export function createItemSource(bidsUrl: string): ItemSource {
  const transport = createConnectTransport({
    baseUrl: bidsUrl,
    httpVersion: '1.1',
    defaultTimeoutMs: ANSWER_MS,
  });
  const client = createClient(BidService, transport);
  return {
    async readItem(itemId) {
      try {
        const { item } = await client.getItem({ id: itemId });
        return item && toSourceItem(item);
      } catch (error) {
        if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
        throw error;
      }
    },
  };
}

function toSourceItem(item: Item): SourceItem {
  return {
    revision: item.revision,
    price: item.currentHighestBid,
    bidCount: item.bidCount,
    endAt: new Date(item.endAt),
    cancelled: item.status === ItemStatus.CANCELLED,
    outcome: outcomes[item.outcome],
  };
}
