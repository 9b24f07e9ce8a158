import type {
  ComparedOffsets,
  ShadowComparison,
  TableComparison,
} from '@gavel/consumer-runtime/compare-shadow';
import type { ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import { formatTable } from '../terminal/table.ts';

/** The offsets of the shadow and of the live projection at the moment of the comparison. */
export function formatOffsets(
  shadow: readonly ShadowPartition[],
  offsets: readonly ComparedOffsets[],
): string {
  return formatTable(
    ['PARTITION', 'REPLAYED FROM', 'UP TO', 'LIVE UP TO'],
    offsets.map(({ partition, live, replayed }) => [
      partition,
      shadow.find((each) => each.partition === partition)?.from ?? null,
      replayed ?? 'none',
      live ?? 'none',
    ]),
  );
}

/** The differences between live and replayed tables, with example rows. */
export function formatComparison(comparisons: readonly TableComparison[]): string {
  const lines = [
    formatTable(
      ['TABLE', 'LIVE ROWS', 'REPLAYED ROWS', 'ONLY LIVE', 'ONLY REPLAYED', 'CHANGED'],
      comparisons.map((each) => [
        each.table,
        each.liveRows,
        each.replayedRows,
        each.onlyLive,
        each.onlyReplayed,
        each.changed,
      ]),
    ),
  ];
  for (const { table, examples } of comparisons) {
    for (const { live, replayed } of examples) {
      lines.push(
        '',
        `${table}  live      ${JSON.stringify(live)}`,
        `${' '.repeat(table.length)}  replayed  ${JSON.stringify(replayed)}`,
      );
    }
  }
  return lines.join('\n');
}

/** Whether the replayed projection equals the live one; null if they were not at the same offsets, so that nobody knows. */
export function isSame({ tables, atOneOffset }: ShadowComparison): boolean | null {
  if (!atOneOffset) return null;
  return tables.every(({ onlyLive, onlyReplayed, changed }) => onlyLive + onlyReplayed + changed === 0);
}

/** The result of a comparison in one sentence. */
export function formatResult(comparison: ShadowComparison): string {
  const same = isSame(comparison);
  if (same === null) return 'They are not at the same offsets, so the comparison proves nothing.';
  return same ? 'Both projections are equal.' : 'They differ.';
}
