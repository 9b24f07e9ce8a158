import { styleText } from 'node:util';
import { type GroupState, WRONG_STATES } from '../groups/group-summary.ts';
import { type Cell, formatFacts, formatTable } from '../terminal/table.ts';
import { formatAge, formatMoment } from '../terminal/units.ts';
import type { OutboxLine, Snapshot } from './take-snapshot.ts';

/** The room for the picture, and whether it may have colours. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

type Tone = 'plain' | 'heading' | 'warning' | 'wrong';

interface Line {
  readonly text: string;
  readonly tone: Tone;
}

const STYLES = { heading: 'bold', warning: 'yellow', wrong: 'red' } as const;

/** A picture that is older is one whose successor has not come, because a server is frozen. */
const LATE_SECONDS = 3;

/** The first line of the live picture. `at` is the time of the snapshot; undefined before the first one. */
export function titleOf(at: Date | undefined, now: Date): string {
  const title = 'gavel top · q leaves';
  if (at === undefined) return `${title} · waiting for the first answers`;
  const seconds = (now.getTime() - at.getTime()) / 1000;
  const late = seconds > LATE_SECONDS ? ` · ${formatAge(seconds)} old, waiting for answers` : '';
  return `${title} · ${formatMoment(at)}${late}`;
}

/** The snapshot as lines that fit on the canvas. What matters most comes first; the last line says how many did not fit. */
export function drawTop(snapshot: Snapshot, { columns, rows, colours }: Canvas): string[] {
  const all = topLines(snapshot);
  const hidden = all.length - (rows - 1);
  const shown =
    hidden > 1 ? [...all.slice(0, rows - 1), plain(`… ${hidden} more lines: gavel top --once`)] : all;
  return shown.map(({ text, tone }) => {
    const clipped = text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
    return colours && tone !== 'plain'
      ? styleText(STYLES[tone], clipped, { validateStream: false })
      : clipped;
  });
}

/** The snapshot as one text, without colours and with every line. */
export function formatTop(snapshot: Snapshot): string {
  return topLines(snapshot)
    .map(({ text }) => text)
    .join('\n');
}

function topLines(snapshot: Snapshot): Line[] {
  return [
    ...summaryLines(snapshot),
    ...silentProcesses(snapshot),
    ...groupLines(snapshot),
    ...outboxLines(snapshot),
    ...reasonLines(snapshot),
  ];
}

function summaryLines({ bids, processes, groups, findings, problems }: Snapshot): Line[] {
  const answering = processes.filter(({ problem }) => problem === null).length;
  const parked = groups?.reduce((total, each) => total + (each.parked ?? 0), 0);
  const facts: (readonly [string, Cell, boolean])[] = [
    ['accepted bids', perSecond(bids.acceptedPerSecond, ' a second'), false],
    ['refused bids', perSecond(bids.refusedPerSecond, ' a second'), false],
    [
      'processes',
      processes.length === 0 ? 'PROCESS_URLS is unknown' : `${answering} of ${processes.length} answer`,
      answering < processes.length,
    ],
    ['dead letters', parked, (parked ?? 0) > 0],
    ['findings', formatFindings(findings), (findings ?? []).length > 0],
  ];
  const lines = formatFacts(facts.map(([name, value]) => [name, value])).split('\n');
  return [
    ...lines.map((text, index): Line => ({ text, tone: facts[index]?.[2] ? 'wrong' : 'plain' })),
    ...problems.map((text): Line => ({ text, tone: 'wrong' })),
  ];
}

function formatFindings(findings: Snapshot['findings']): Cell {
  if (findings === null) return null;
  if (findings.length === 0) return 'none';
  return findings.map(({ rule, count }) => `${count} ${rule}`).join(', ');
}

function silentProcesses({ processes }: Snapshot): Line[] {
  const silent = processes.flatMap(({ name, url, problem }) =>
    problem === null ? [] : { cells: [name, problem, url], tone: 'wrong' as const },
  );
  return silent.length === 0 ? [] : table(['NO ANSWER', 'PROBLEM', 'ADDRESS'], silent);
}

function groupLines({ groups }: Snapshot): Line[] {
  if (groups === null) return [];
  return table(
    ['GROUP', 'MEMBERS', 'LAG', 'LAG AGE', 'PARKED', 'STATE'],
    groups.map((each) => ({
      cells: [
        each.group,
        each.members,
        each.lagMessages,
        each.lagSeconds === null ? null : formatAge(each.lagSeconds),
        each.parked,
        each.state,
      ],
      tone: toneOf(each.state, each.parked ?? 0),
    })),
  );
}

function toneOf(state: GroupState, parked: number): Tone {
  if (WRONG_STATES.has(state)) return 'wrong';
  return state === 'paused' || parked > 0 ? 'warning' : 'plain';
}

function outboxLines({ outboxes }: Snapshot): Line[] {
  if (outboxes === null) return [];
  return table(
    ['OUTBOX', 'DEPTH', 'OLDEST', 'SET ASIDE', 'LOST', 'ACTIVE', 'RELAY'],
    outboxes.map((each) => ({
      cells: [
        each.outbox,
        each.depth,
        formatAge(each.oldestSeconds),
        each.setAside.length,
        each.lost.length,
        each.activeRelays,
        each.held ? each.holder : 'none active',
      ],
      tone: isWrong(each) ? 'wrong' : 'plain',
    })),
  );
}

function isWrong({ held, lost, setAside }: OutboxLine): boolean {
  return !held || lost.length > 0 || setAside.length > 0;
}

function reasonLines({ bids }: Snapshot): Line[] {
  if (bids.reasons.length === 0) return [];
  return table(
    ['REFUSED BECAUSE', 'A SECOND', 'IN TOTAL'],
    bids.reasons.map(({ reason, perSecond: rate, total }) => ({
      cells: [reason, perSecond(rate), total],
      tone: 'plain',
    })),
  );
}

/** A table below an empty line. */
function table(
  headings: readonly string[],
  rows: readonly { readonly cells: readonly Cell[]; readonly tone: Tone }[],
): Line[] {
  const [heading = '', ...lines] = formatTable(
    headings,
    rows.map(({ cells }) => cells),
  ).split('\n');
  return [
    plain(''),
    { text: heading, tone: 'heading' },
    ...lines.map((text, index): Line => ({ text, tone: rows[index]?.tone ?? 'plain' })),
  ];
}

function plain(text: string): Line {
  return { text, tone: 'plain' };
}

/** One decimal, and none from a hundred on. */
function perSecond(rate: number | null, unit = ''): string | null {
  return rate === null ? null : `${rate < 100 ? rate.toFixed(1) : Math.round(rate)}${unit}`;
}
