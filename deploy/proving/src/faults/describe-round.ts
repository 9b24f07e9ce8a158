import type { Round } from './run-rounds.ts';
import { countByKind, violationKinds } from './verdict.ts';

/** A round in one line, and one more for each thing that was found. */
export function describeRound(
  { number, faults, verdict, found, problem, tookMs }: Round,
  of: number,
): string {
  const counts = countByKind({ violations: found });
  const sums = violationKinds.map((kind) => `${kind} ${counts[kind]}`).join(' · ');
  const so = verdict === undefined ? 'not judged' : `${sums} · ${verdict.stored} bids so far`;
  const lines = [
    `round ${number}/${of}  ${(tookMs / 1000).toFixed(1)} s  ${so}  [${faults.map(({ name }) => name).join('; ')}]`,
    ...found.map(({ kind, place, detail }) => `  ${kind} (${place}): ${detail}`),
  ];
  if (problem !== undefined) lines.push(`  FAILED: ${problem}`);
  return lines.join('\n');
}
