import type { AuditedAuction } from '../domain/audited-auction.ts';
import { type Comparison, compareWithSource } from '../domain/compare-with-source.ts';
import type { AuditedAuctions, ItemSource, SourceDifference } from './ports.ts';

/** How long a difference must last before it counts, by its kind, in milliseconds. */
export interface Patience {
  /** The service answers from a cache that is up to a second old. */
  readonly behind: number;
  /** Events are on their way, or the relay has a problem, which has alerts of its own. */
  readonly ahead: number;
}

/** Differences that were seen and do not count yet: since when, and at which event. Kept between two samples. */
export type Suspects = Map<string, { kind: Comparison['kind']; sequence: bigint; since: number }>;

interface Ports {
  readonly auctions: AuditedAuctions;
  readonly source: ItemSource;
}

const rules = { differs: 'differs', behind: 'source_behind', ahead: 'source_ahead' } as const;

/**
 * Compares some auctions with their source. A difference at the same revision counts at once; otherwise it counts when it has
 * lasted for its patience and no further event came. Resolves to the new differences.
 * @param now Unix milliseconds
 */
export async function compareSample(
  { auctions, source }: Ports,
  options: { size: number; suspects: Suspects; patience: Patience; now: number },
): Promise<readonly SourceDifference[]> {
  const found: SourceDifference[] = [];
  for (const auction of await auctions.sample(options.size)) {
    const comparison = compareWithSource(auction, await source.readItem(auction.itemId));
    const { itemId } = auction;
    if (comparison.kind === 'equal') await auctions.removeDifference(itemId);
    if (!counts(auction, comparison, options)) continue;
    const difference = { itemId, rule: rules[comparison.kind], detail: comparison.detail };
    if (await auctions.saveDifference(difference)) found.push(difference);
  }
  return found;
}

function counts(
  { itemId, sequence }: AuditedAuction,
  comparison: Comparison,
  { suspects, patience, now }: { suspects: Suspects; patience: Patience; now: number },
): comparison is Extract<Comparison, { detail: string }> {
  const { kind } = comparison;
  if (kind === 'equal' || kind === 'unknown') {
    suspects.delete(itemId);
    return false;
  }
  if (kind === 'differs') return true;
  const suspect = suspects.get(itemId);
  if (suspect === undefined || suspect.kind !== kind || suspect.sequence !== sequence) {
    suspects.set(itemId, { kind, sequence, since: now });
    return false;
  }
  return now - suspect.since >= patience[kind];
}
