import type { History } from '../history.ts';
import type { Violation, ViolationKind } from '../verdict.ts';

const violation = (kind: ViolationKind, detail: string): Violation => ({ kind, place: 'exchange', detail });

/** What the topic exchange routed: every bid at least once, and nothing that is not in the table. */
export function checkExchange({ bids, routed }: History): Violation[] {
  const seen = new Set(routed);
  const stored = new Set(bids.map(({ id }) => id));
  return [
    ...bids.filter(({ id }) => !seen.has(id)).map(({ id }) => violation('lost', `bid ${id} was not routed`)),
    ...[...seen]
      .filter((id) => !stored.has(id))
      .map((id) => violation('duplicated', `bid ${id} was routed and is not in the table`)),
  ];
}
