/** The headings that every runbook has, in order. */
export const runbookHeadings = [
  'What people feel',
  'First look',
  'Likely causes',
  'What to do',
  'How to know that it is over',
];

/** The file of an alert's runbook in `deploy/runbooks`: `gavel-bids-fail.md` for `GavelBidsFail`. */
export function runbookFile(alert: string): string {
  return `${alert.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}

/** The page of an alert, from the project's root. */
export function runbookUrl(alert: string): string {
  return `deploy/runbooks/${runbookFile(alert)}`;
}
