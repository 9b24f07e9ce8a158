/** What may go wrong. The campaign prints one count for each. */
export const violationKinds = ['lost', 'duplicated', 'out of order', 'gap'] as const;

export type ViolationKind = (typeof violationKinds)[number];

export type Place = 'database' | 'stream' | 'exchange' | 'statistics';

export interface Violation {
  readonly kind: ViolationKind;
  readonly place: Place;
  readonly detail: string;
}

/** What the checker saw and what it found wrong with it. */
export interface Verdict {
  readonly acknowledged: number;
  readonly refused: number;
  /** Attempts that never got an answer: not a violation, but they prove less than answered ones. */
  readonly unanswered: number;
  readonly retried: number;
  readonly stored: number;
  readonly streamed: number;
  /** Bids that came through the topic exchange more than once: allowed there, its consumers are idempotent. */
  readonly repeatedInExchange: number;
  /** Messages of the stream that a foreign republisher had sent again. */
  readonly copies: number;
  readonly violations: readonly Violation[];
}

/** How many violations of each kind. */
export function countByKind(verdict: Pick<Verdict, 'violations'>): Record<ViolationKind, number> {
  const counts = { lost: 0, duplicated: 0, 'out of order': 0, gap: 0 };
  for (const { kind } of verdict.violations) counts[kind] += 1;
  return counts;
}

/** A verdict for a person: one line of counts, then at most `limit` of the violations. */
export function describeVerdict(verdict: Verdict, limit = 10): string {
  const counts = countByKind(verdict);
  const lines = [
    `acknowledged ${verdict.acknowledged} · refused ${verdict.refused} · retried ${verdict.retried} · ` +
      `unanswered ${verdict.unanswered} · in the table ${verdict.stored} · in the stream ${verdict.streamed} · ` +
      `repeated in the exchange ${verdict.repeatedInExchange} · foreign copies ${verdict.copies}`,
    violationKinds.map((kind) => `${kind} ${counts[kind]}`).join(' · '),
  ];
  for (const violation of verdict.violations.slice(0, limit)) {
    lines.push(`  ${violation.kind} (${violation.place}): ${violation.detail}`);
  }
  const rest = verdict.violations.length - limit;
  if (rest > 0) lines.push(`  … and ${rest} more`);
  return lines.join('\n');
}
