import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import type { GroupSummary } from '../groups/group-summary.ts';
import { drawTop, formatTop, titleOf } from './draw-top.ts';
import { openScreen } from './screen.ts';
import type { OutboxLine, Snapshot } from './take-snapshot.ts';

const group: GroupSummary = {
  group: 'user-stats',
  kind: 'stream',
  reads: ['gavel.bids'],
  members: 1,
  lagMessages: 1_234_567n,
  lagSeconds: 7,
  parked: 0,
  state: 'ok',
  problems: [],
};
const outbox: OutboxLine = {
  outbox: 'bids',
  stream: 'gavel.bids',
  depth: 3,
  oldestSeconds: 65,
  watermark: 10,
  held: true,
  holder: 'a-machine-with-a-long-name.example.org:22525',
  since: new Date(0),
  position: 13,
  lost: [],
  setAside: [],
  activeRelays: 1,
};
const busy: Snapshot = {
  at: new Date('2026-05-01T12:00:00Z'),
  bids: {
    acceptedPerSecond: 123.4,
    refusedPerSecond: 2,
    reasons: [{ reason: 'BID_TOO_LOW', perSecond: 2, total: 40 }],
  },
  processes: [
    { name: 'bff', url: 'http://127.0.0.1:3000', problem: null },
    { name: 'bids', url: 'http://127.0.0.1:4002', problem: 'connect ECONNREFUSED 127.0.0.1:4002' },
  ],
  groups: [group, { ...group, group: 'leaderboard', members: 0, parked: 2, state: 'empty' }],
  outboxes: [outbox, { ...outbox, outbox: 'auth', held: false, activeRelays: null }],
  findings: [{ rule: 'one_winner', count: 1 }],
  problems: [],
};
const canvas = { columns: 80, rows: 40, colours: false };

describe('the title', () => {
  it('says when the picture was taken, and that it is old while a server is frozen', () => {
    const title = 'gavel top · q leaves · 2026-05-01T12:00:00.000Z';
    expect(titleOf(busy.at, new Date('2026-05-01T12:00:02Z'))).toBe(title);
    const old = titleOf(busy.at, new Date('2026-05-01T12:00:10Z'));
    expect(old).toBe(`${title} · 10 s old, waiting for answers`);
    expect(old.length).toBeLessThanOrEqual(80);
    expect(titleOf(undefined, busy.at)).toBe('gavel top · q leaves · waiting for the first answers');
  });
});

describe('the picture', () => {
  it('shows everything in 80 columns', () => {
    expect(drawTop(busy, canvas)).toEqual([
      'accepted bids  123 a second',
      'refused bids   2.0 a second',
      'processes      1 of 2 answer',
      'dead letters   2',
      'findings       1 one_winner',
      '',
      'NO ANSWER  PROBLEM                              ADDRESS',
      'bids       connect ECONNREFUSED 127.0.0.1:4002  http://127.0.0.1:4002',
      '',
      'GROUP        MEMBERS      LAG  LAG AGE  PARKED  STATE',
      'user-stats         1  1234567  7 s           0  ok',
      'leaderboard        0  1234567  7 s           2  empty',
      '',
      'OUTBOX  DEPTH  OLDEST   SET ASIDE  LOST  ACTIVE  RELAY',
      'bids        3  1 m 5 s          0     0       1  a-machine-with-a-long-name.exa…',
      'auth        3  1 m 5 s          0     0       -  none active',
      '',
      'REFUSED BECAUSE  A SECOND  IN TOTAL',
      'BID_TOO_LOW      2.0             40',
    ]);
    expect(Math.max(...drawTop(busy, canvas).map((line) => line.length))).toBe(80);
  });

  it('marks what is wrong with colours, which take no room', () => {
    const lines = drawTop(busy, { ...canvas, colours: true });
    const red = lines.filter((line) => line.startsWith('\u001b[31m')).map(stripVTControlCharacters);
    expect(red.map((line) => line.split(' ')[0])).toEqual([
      'processes',
      'dead',
      'findings',
      'bids',
      'leaderboard',
      'auth',
    ]);
    expect(lines.map(stripVTControlCharacters)).toEqual(drawTop(busy, canvas));
  });

  it('says how many lines do not fit, and fits when the last one does', () => {
    const all = drawTop(busy, canvas);
    expect(drawTop(busy, { ...canvas, rows: all.length })).toEqual(all);
    const small = drawTop(busy, { ...canvas, rows: 10 });
    expect(small).toEqual([...all.slice(0, 9), `… ${all.length - 9} more lines: gavel top --once`]);
  });

  it('says which servers did not answer, and `-` for what nobody told', () => {
    const nothing: Snapshot = {
      ...busy,
      bids: { acceptedPerSecond: null, refusedPerSecond: null, reasons: [] },
      processes: [],
      groups: null,
      outboxes: null,
      findings: null,
      problems: ['groups: connection closed'],
    };
    expect(formatTop(nothing).split('\n')).toEqual([
      'accepted bids  -',
      'refused bids   -',
      'processes      PROCESS_URLS is unknown',
      'dead letters   -',
      'findings       -',
      'groups: connection closed',
    ]);
  });
});

describe('the screen', () => {
  function open() {
    const modes: boolean[] = [];
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const keyboard = Object.assign(stdin, { setRawMode: (raw: boolean) => modes.push(raw) });
    const events = { onQuit: vi.fn(), onInterrupt: vi.fn(), onResize: vi.fn() };
    const before = process.listenerCount('SIGTERM');
    const screen = openScreen({ stdin: keyboard, stdout }, events);
    return { screen, events, modes, stdin, stdout, before, written: () => String(stdout.read() ?? '') };
  }

  it('takes the terminal over, draws over the old lines, and puts it back once', () => {
    const { screen, modes, stdout, events, before, written } = open();
    expect(written()).toContain('\u001b[?1049h');
    screen.draw(['a', 'b']);
    expect(written()).toBe('\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J');
    stdout.emit('resize');
    expect(events.onResize).toHaveBeenCalledOnce();
    screen.close();
    screen.close();
    expect(written()).toBe('\u001b[?25h\u001b[?1049l');
    expect(modes).toEqual([true, false]);
    expect(process.listenerCount('SIGTERM')).toBe(before);
    screen.draw(['too late']);
    expect(written()).toBe('');
  });

  it('knows q and Ctrl-C, and no other key', async () => {
    const { screen, events, stdin } = open();
    stdin.write('x');
    stdin.write('q');
    stdin.write('\u0003');
    await vi.waitFor(() => expect(events.onInterrupt).toHaveBeenCalledOnce(), { timeout: 30_000 });
    expect(events.onQuit).toHaveBeenCalledOnce();
    screen.close();
  });
});
