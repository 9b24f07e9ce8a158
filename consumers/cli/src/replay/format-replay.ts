import type { TableComparison } from '@gavel/consumer-runtime/compare-shadow';
import type { ShadowPartition } from '@gavel/consumer-runtime/create-shadow';
import type { Checkpoint } from '../groups/checkpoints.ts';
import { formatTable } from '../terminal/table.ts';

/** How far the shadow is beside the live projection. */
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

/** Where they differ. */
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

/** Whether the replay has come to the same projection. */
export function isSame(comparisons: readonly TableComparison[]): boolean {
  return comparisons.every(({ onlyLive, onlyReplayed, changed }) => onlyLive + onlyReplayed + changed === 0);
}
