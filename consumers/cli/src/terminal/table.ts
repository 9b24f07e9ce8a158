export type Cell = string | number | bigint | boolean | null | undefined;

/** A table for people. Columns of numbers are aligned to the right. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(cellText));
  const isNumeric = headings.map((_, column) =>
    rows.every(
      (row) => typeof row[column] === 'number' || typeof row[column] === 'bigint' || isNothing(row[column]),
    ),
  );
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  return [headings, ...texts]
    .map((row) =>
      row
        .map((text, column) =>
          isNumeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values, one per line. */
export function formatFacts(facts: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`.trimEnd()).join('\n');
}

function isNothing(cell: Cell): boolean {
  return cell === null || cell === undefined;
}

function cellText(cell: Cell): string {
  if (isNothing(cell)) return '-';
  return typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : String(cell);
}
