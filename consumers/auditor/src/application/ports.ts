import type { AuditedAuction } from '../domain/audited-auction.ts';
import type { SourceItem } from '../domain/compare-with-source.ts';

/** A difference between the source and the events of an auction, as it is stored. */
export interface SourceDifference {
  readonly itemId: string;
  readonly rule: 'differs' | 'source_behind' | 'source_ahead';
  readonly detail: string;
}

/** The bids service. */
export interface ItemSource {
  /** The item as everybody sees it, at most about a second old; undefined when there is none. Throws when the service does not answer. */
  readItem(itemId: string): Promise<SourceItem | undefined>;
}

/** The audited auctions and the differences that were found. */
export interface AuditedAuctions {
  /** Some auctions that changed in the last minute, the others of a slow walk over all, and those that differ now. */
  sample(size: number): Promise<readonly AuditedAuction[]>;
  /** Stores a difference. Resolves to true if it is new. */
  saveDifference(difference: SourceDifference): Promise<boolean>;
  /** Removes what was stored of an auction whose source and events agree. */
  removeDifference(itemId: string): Promise<void>;
}
