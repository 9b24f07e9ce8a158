import type { AuctionOutcome } from './auction-facts.ts';
import type { AuditedAuction } from './audited-auction.ts';

/** An item as the bids service shows it to everybody. */
export interface SourceItem {
  readonly revision: bigint;
  readonly price: bigint;
  readonly bidCount: bigint;
  readonly endAt: Date;
  readonly cancelled: boolean;
  /** Undefined before the auction is closed. */
  readonly outcome: AuctionOutcome | undefined;
}

/**
 * How the source and the events of one auction stand to each other. `ahead`: the source has changes whose events have not arrived.
 * `behind`: the events tell of changes that the source does not have.
 */
export type Comparison =
  | { readonly kind: 'equal' | 'unknown' }
  | { readonly kind: 'ahead' | 'behind' | 'differs'; readonly detail: string };

/** Compares one auction. Undefined: the source does not have the item. */
export function compareWithSource(audited: AuditedAuction, source: SourceItem | undefined): Comparison {
  const { revision } = audited;
  if (revision === undefined) return { kind: 'unknown' };
  if (source === undefined) return { kind: 'behind', detail: 'the source does not have the item' };
  const revisions = `revision ${source.revision} in the source, ${revision} by its events`;
  if (source.revision > revision) return { kind: 'ahead', detail: revisions };
  if (source.revision < revision) return { kind: 'behind', detail: revisions };
  const different = differences(audited, source);
  return different.length === 0
    ? { kind: 'equal' }
    : { kind: 'differs', detail: `at revision ${revision}: ${different.join(', ')}` };
}

function differences(audited: AuditedAuction, source: SourceItem): string[] {
  const pairs: readonly [name: string, source: unknown, events: unknown][] = [
    ['price', source.price, audited.price],
    ['bids', source.bidCount, audited.bidCount],
    ['end', source.endAt.toISOString(), audited.endAt?.toISOString()],
    ['cancelled', source.cancelled, audited.status === 'cancelled'],
    ['outcome', source.outcome, audited.outcome],
  ];
  return pairs
    .filter(([, stored, told]) => told !== undefined && stored !== told)
    .map(([name, stored, told]) => `${name} ${stored} in the source, ${told} by its events`);
}
