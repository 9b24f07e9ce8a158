import type { PlannedFault } from './plan-faults.ts';
import { countByKind, type Verdict, type Violation, violationKinds } from './verdict.ts';

export interface Round {
  readonly number: number;
  readonly faults: readonly PlannedFault[];
  /** The verdict about everything since the campaign began; undefined when the round could not be checked. */
  readonly verdict: Verdict | undefined;
  /** Violations that no earlier round found. */
  readonly found: readonly Violation[];
  /** Why the round failed although nothing was found, or why it could not be checked. */
  readonly problem: string | undefined;
  readonly tookMs: number;
}

/** A campaign checks everything again after each round. This remembers violations, so that each is reported once. */
export class NewViolations {
  readonly #known = new Map<string, Violation>();

  get all(): Violation[] {
    return [...this.#known.values()];
  }

  /** Returns the violations that were not added before. */
  add(violations: readonly Violation[]): Violation[] {
    return violations.filter((violation) => {
      const key = `${violation.kind} ${violation.place} ${violation.detail}`;
      if (this.#known.has(key)) return false;
      this.#known.set(key, violation);
      return true;
    });
  }
}

/** Describes a round in one line, with one more line for each violation. */
export function describeRound(
  { number, faults, verdict, found, problem, tookMs }: Round,
  of: number,
): string {
  const counts = countByKind({ violations: found });
  const sums = violationKinds.map((kind) => `${kind} ${counts[kind]}`).join(' · ');
  const so = verdict === undefined ? 'not checked' : `${sums} · ${verdict.stored} bids so far`;
  const lines = [
    `round ${number}/${of}  ${(tookMs / 1000).toFixed(1)} s  ${so}  [${faults.map(({ name }) => name).join('; ')}]`,
    ...found.map(({ kind, place, detail }) => `  ${kind} (${place}): ${detail}`),
  ];
  if (problem !== undefined) lines.push(`  FAILED: ${problem}`);
  return lines.join('\n');
}
