import type { AuctionEvent } from './auction-facts.ts';
import { type AuditedAuction, afterEvent } from './audited-auction.ts';
import { type RuleName, rules } from './rules.ts';

/** A promise that an event has broken. */
export interface Finding {
  readonly rule: RuleName | 'sequence_gap' | 'sequence_reused' | 'not_created_first';
  readonly event: AuctionEvent;
  /** For people who know the auction's rules. It has ids and amounts, and no text that people typed. */
  readonly detail: string;
}

/** Audits events in their order. `known` has the auctions as stored; the result has those that changed. */
export function auditEvents(
  known: ReadonlyMap<string, AuditedAuction>,
  events: readonly AuctionEvent[],
): { changed: readonly AuditedAuction[]; findings: readonly Finding[] } {
  const changed = new Map<string, AuditedAuction>();
  const findings: Finding[] = [];
  for (const event of events) {
    const before = changed.get(event.itemId) ?? known.get(event.itemId);
    const placed = placeInOrder(before, event);
    if (placed.broken !== undefined) findings.push({ ...placed.broken, event });
    if (!placed.next) continue;
    const after = afterEvent(before, event);
    changed.set(event.itemId, after);
    if (before !== undefined && event.sequence === before.sequence + 1n)
      findings.push(...brokenRules(before, event, after));
  }
  return { changed: [...changed.values()], findings };
}

interface Placed {
  /** Whether the event continues the auction; a repeated one does not. */
  readonly next: boolean;
  readonly broken?: Pick<Finding, 'rule' | 'detail'>;
}

/**
 * Whether the event is the next one. Retention may have removed the first events of an old auction, so the auditor may begin in the
 * middle. A refill publishes old events again: their times are not after the last event's. A later time under a sequence that was used
 * before is another history: the source does not know what the stream already has.
 */
function placeInOrder(before: AuditedAuction | undefined, { sequence, fact, at }: AuctionEvent): Placed {
  if (before === undefined) {
    const first = sequence === 1n;
    if (first === (fact.type === 'created')) return { next: true };
    return { next: true, broken: { rule: 'not_created_first', detail: `${fact.type} is event ${sequence}` } };
  }
  if (sequence === before.sequence + 1n) return { next: true };
  if (sequence > before.sequence) {
    const detail = `event ${sequence} follows event ${before.sequence}`;
    return { next: true, broken: { rule: 'sequence_gap', detail } };
  }
  if (at <= before.lastAt) return { next: false };
  const detail = `a new event ${sequence}, after event ${before.sequence}`;
  return { next: false, broken: { rule: 'sequence_reused', detail } };
}

function brokenRules(before: AuditedAuction, event: AuctionEvent, after: AuditedAuction): Finding[] {
  return (Object.keys(rules) as RuleName[]).flatMap((rule) => {
    const detail = rules[rule](before, event, after);
    return detail === undefined ? [] : [{ rule, event, detail }];
  });
}
