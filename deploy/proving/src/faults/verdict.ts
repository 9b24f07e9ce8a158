/** Kinds of violations. The campaign prints one count for each. */
export const violationKinds = ['lost', 'duplicated', 'out of order', 'gap'] as const;

export type ViolationKind = (typeof violationKinds)[number];

export type Place = 'database' | 'stream' | 'exchange' | 'statistics';

export interface Violation {
  readonly kind: ViolationKind;
  readonly place: Place;
  readonly detail: string;
}

/** The numbers that the checker counted, and the violations that it found. */
export interface Verdict {
  readonly acknowledged: number;
  readonly refused: number;
  /** Attempts without an answer. They are not violations, but prove less than answered attempts. */
  readonly unanswered: number;
  readonly retried: number;
  readonly stored: number;
  readonly streamed: number;
  /** Bids that the topic exchange routed more than once. This is allowed, because its consumers are idempotent. */
  readonly repeatedInExchange: number;
  /** Messages of the stream that a foreign client has sent again. */
  readonly copies: number;
  readonly violations: readonly Violation[];
}

/** The number of violations of each kind. */
export function countByKind(verdict: Pick<Verdict, 'violations'>): Record<ViolationKind, number> {
  const counts = { lost: 0, duplicated: 0, 'out of order': 0, gap: 0 };
  for (const { kind } of verdict.violations) counts[kind] += 1;
  return counts;
}

/** Describes a verdict: one line of counts, then at most `limit` violations. */
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
