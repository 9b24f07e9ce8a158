import { describe, expect, it } from 'vitest';
import { parseMetricsPage } from './metrics-page.ts';
import { type ProcessAnswer, parseProcessUrls } from './process-answers.ts';
import { activeRelays, auditFindings, bidRates } from './sums.ts';

const CALLS = 'rpc_server_call_duration_seconds_count';

function callsOf(method: string, code: string, count: number, reason?: string): string {
  const error = reason === undefined ? '' : `,error_type="${reason}"`;
  return `${CALLS}{rpc_method="bids.v1.BidService/${method}",rpc_response_status_code="${code}"${error}} ${count}`;
}

/** The answer of the process of bids, `atSeconds` after the start. */
function answer(atSeconds: number, lines: readonly string[], more: Partial<ProcessAnswer> = {}) {
  const points = parseMetricsPage(lines.join('\n'));
  return { name: 'bids', url: 'http://one', atMs: atSeconds * 1000, points, problem: null, ...more };
}

describe('a page of metrics', () => {
  it('is read with labels, escaped characters and values that are no finite number', () => {
    const page = `# HELP gavel_outbox_backlog Events
# TYPE gavel_outbox_backlog gauge
gavel_outbox_backlog{gavel_outbox_name="bids",path="a\\\\b \\"c\\", {d}\\n"} 12 1764190800000
plain 1.5e3
endless{le="+Inf"} +Inf
nothing NaN
not a sample
`;
    expect(parseMetricsPage(page)).toEqual([
      {
        name: 'gavel_outbox_backlog',
        labels: { gavel_outbox_name: 'bids', path: 'a\\b "c", {d}\n' },
        value: 12,
      },
      { name: 'plain', labels: {}, value: 1500 },
      { name: 'endless', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY },
      { name: 'nothing', labels: {}, value: Number.NaN },
    ]);
  });
});

describe('two samples give the rates of bids', () => {
  it('accepted ones, and refused ones by reason, the most frequent reason first', () => {
    const before = [
      answer(10, [
        callsOf('PlaceBid', 'ok', 100),
        callsOf('PlaceBid', 'failed_precondition', 4, 'BID_TOO_LOW'),
        callsOf('GetItem', 'ok', 7),
      ]),
    ];
    const after = [
      answer(12, [
        callsOf('PlaceBid', 'ok', 130),
        callsOf('PlaceBid', 'unavailable', 1, 'UNAVAILABLE'),
        callsOf('PlaceBid', 'failed_precondition', 10, 'BID_TOO_LOW'),
        callsOf('GetItem', 'ok', 900),
      ]),
    ];
    expect(bidRates(before, after)).toEqual({
      acceptedPerSecond: 15,
      refusedPerSecond: 3.5,
      reasons: [
        { reason: 'BID_TOO_LOW', perSecond: 3, total: 10 },
        { reason: 'UNAVAILABLE', perSecond: 0.5, total: 1 },
      ],
    });
  });

  it('are the sum of all instances, each over its own time', () => {
    const two = { url: 'http://two' };
    const before = [
      answer(0, [callsOf('PlaceBid', 'ok', 10)]),
      answer(0, [callsOf('PlaceBid', 'ok', 0)], two),
    ];
    const after = [
      answer(1, [callsOf('PlaceBid', 'ok', 20)]),
      answer(2, [callsOf('PlaceBid', 'ok', 8)], two),
    ];
    expect(bidRates(before, after).acceptedPerSecond).toBe(14);
  });

  it('count from 0 for a process that has started again', () => {
    const before = [answer(0, [callsOf('PlaceBid', 'ok', 500)])];
    const after = [answer(1, [callsOf('PlaceBid', 'ok', 6)])];
    expect(bidRates(before, after).acceptedPerSecond).toBe(6);
  });

  it('are 0 before the first bid, and unknown while the process of bids has not answered twice', () => {
    const silent = answer(0, [], { problem: 'connect ECONNREFUSED' });
    const other = answer(1, [], { name: 'auth' });
    const refused = answer(1, [callsOf('PlaceBid', 'failed_precondition', 4, 'BID_TOO_LOW')]);
    expect(bidRates([answer(0, [])], [answer(1, [])])).toEqual({
      acceptedPerSecond: 0,
      refusedPerSecond: 0,
      reasons: [],
    });
    for (const before of [[], [silent], [other]]) {
      expect(bidRates(before, [refused, other])).toEqual({
        acceptedPerSecond: null,
        refusedPerSecond: null,
        reasons: [{ reason: 'BID_TOO_LOW', perSecond: null, total: 4 }],
      });
    }
  });
});

describe('one sample gives', () => {
  it('the active relays of each outbox, and nothing while no relay answers', () => {
    const answers = [
      answer(0, ['gavel_relay_active{gavel_outbox_name="bids"} 1'], { name: 'relay-bids' }),
      answer(0, ['gavel_relay_active{gavel_outbox_name="bids"} 0'], {
        name: 'relay-bids',
        url: 'http://two',
      }),
    ];
    expect(activeRelays(answers, 'bids')).toBe(1);
    expect(activeRelays(answers, 'auth')).toBeNull();
  });

  it('the findings of the auditor that are more than 0, counted once for all its members', () => {
    const member = [
      'gavel_audit_findings{gavel_audit_rule="a"} 2',
      'gavel_audit_findings{gavel_audit_rule="b"} 0',
    ];
    expect(auditFindings([answer(0, member), answer(0, member)])).toEqual([{ rule: 'a', count: 2 }]);
    expect(auditFindings([answer(0, [])])).toBeNull();
  });
});

describe('PROCESS_URLS', () => {
  it('names processes, several times if there are several instances', () => {
    expect(parseProcessUrls(' bids=http://one:4002 bids=http://two:4002,bff=https://gavel.example ')).toEqual(
      [
        { name: 'bids', url: 'http://one:4002' },
        { name: 'bids', url: 'http://two:4002' },
        { name: 'bff', url: 'https://gavel.example' },
      ],
    );
  });

  it.each(['http://one:4002', 'bids=one:4002', 'bids=http://'])('refuses %j', (text) => {
    expect(() => parseProcessUrls(text)).toThrow(expect.objectContaining({ reason: 'usage' }));
  });
});
