import type { TableComparison } from '@gavel/consumer-runtime/compare-shadow';
import type { ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import type { Checkpoint } from '../groups/checkpoints.ts';
import { formatTable } from '../terminal/table.ts';

/** The offsets of the shadow and of the live projection. */
export function formatShadow(
  shadow: readonly ShadowPartition[],
  live: ReadonlyMap<string, Checkpoint>,
): string {
  return formatTable(
    ['PARTITION', 'REPLAYED FROM', 'UP TO', 'LIVE UP TO'],
    shadow.map(({ partition, from, applied }) => [
      partition,
      from,
      applied ?? 'none',
      live.get(partition)?.offset ?? 'none',
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

/** Whether the replayed projection equals the live one. */
export function isSame(comparisons: readonly TableComparison[]): boolean {
  return comparisons.every(({ onlyLive, onlyReplayed, changed }) => onlyLive + onlyReplayed + changed === 0);
}
