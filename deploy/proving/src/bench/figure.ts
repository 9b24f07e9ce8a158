/** One line of the bench's table. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'per second' | 'ms' | 'MB' | 'KiB' | 'µs';
  /** The reference value from the same run; the table shows `value` as a share of it. */
  readonly against?: { readonly what: string; readonly value: number };
  /** The goal of the design. */
  readonly goal?: { readonly atLeast: number } | { readonly below: number };
  readonly note?: string;
}

/** Whether a figure reaches its goal; undefined without a goal. */
export function meetsGoal({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'atLeast' in goal ? value >= goal.atLeast : value < goal.below;
}

/** The figures as an aligned table for a terminal. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = [['what', 'value', 'unit', 'of raw', 'goal', 'note'], ...figures.map(toRow)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function toRow(figure: Figure): string[] {
  const { what, value, unit, against, goal, note = '' } = figure;
  const share = against === undefined ? '' : `${Math.round((value / against.value) * 100)} %`;
  return [what, formatValue(value), unit, share, goal === undefined ? '' : formatGoal(figure), note];
}

function formatGoal(figure: Figure): string {
  const { goal } = figure;
  if (goal === undefined) return '';
  const text = 'atLeast' in goal ? `≥ ${formatValue(goal.atLeast)}` : `< ${formatValue(goal.below)}`;
  return `${text} ${meetsGoal(figure) ? 'kept' : 'MISSED'}`;
}

function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'no samples';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(1);
}
