import { describe, expect, it } from 'vitest';
import type { GroupSummary } from '../groups/group-summary.ts';
import type { OutboxStatus } from '../outbox/read-status.ts';
import { problemsOfGroup, problemsOfOutbox } from './find-problems.ts';

const group: GroupSummary = {
  group: 'user-stats',
  kind: 'stream',
  reads: ['gavel.bids'],
  members: 1,
  lagMessages: 3n,
  lagSeconds: 10,
  parked: 0,
  state: 'ok',
  problems: [],
};
const outbox: OutboxStatus = {
  outbox: 'bids',
  stream: 'gavel.bids',
  depth: 3,
  oldestSeconds: 10,
  watermark: 1,
  held: true,
  holder: 'relay',
  since: null,
  position: 4,
  lost: [],
  setAside: [],
};
const ofGroup = (change: Partial<GroupSummary>) =>
  problemsOfGroup({ ...group, ...change }, 60).map(({ kind, problem }) => `${kind}: ${problem}`);
const ofOutbox = (change: Partial<OutboxStatus>) =>
  problemsOfOutbox({ ...outbox, ...change }, 60).map(({ problem }) => problem);

describe('the check of a group', () => {
  it('finds nothing while events wait for a short time, also in a paused group or a bridge that is off', () => {
    expect(ofGroup({})).toEqual([]);
    expect(ofGroup({ state: 'paused' })).toEqual([]);
    expect(
      ofGroup({ state: 'off', members: null, lagMessages: null, lagSeconds: null, parked: null }),
    ).toEqual([]);
  });

  it('finds refusals, groups without members, events that wait too long, and dead letters', () => {
    expect(ofGroup({ state: 'refused', problems: ['p-0: gone', 'p-1: gone'] })).toEqual([
      'group: refused: p-0: gone',
      'group: refused: p-1: gone',
    ]);
    expect(ofGroup({ state: 'unknown', problems: ['NATS: no answer'] })).toEqual([
      'group: unknown: NATS: no answer',
    ]);
    expect(ofGroup({ state: 'empty', lagSeconds: 100 })).toEqual(['group: empty: 3 events and no member']);
    expect(ofGroup({ lagSeconds: 61 })).toEqual(['group: 3 events wait, the oldest for 1 m 1 s']);
    expect(ofGroup({ state: 'paused', lagSeconds: 61 })).toEqual([
      'group: 3 events wait, the oldest for 1 m 1 s (paused)',
    ]);
    expect(ofGroup({ parked: 2 })).toEqual(['dead letters: 2 parked']);
  });
});

describe('the check of an outbox', () => {
  it('finds nothing while a relay is active and events wait for a short time', () => {
    expect(ofOutbox({})).toEqual([]);
  });

  it('finds lost events, events that were set aside or wait too long, and a missing relay', () => {
    const lost = { partition: 'gavel.bids-1', firstPosition: 1, lastPosition: 9, byRefill: false, gone: 0 };
    expect(ofOutbox({ lost: [lost] })).toEqual(['gavel.bids-1 has lost positions 1 to 9']);
    const event = { position: 1, eventId: 'e', type: 't', subject: 's', problem: 'p', at: new Date(0) };
    expect(ofOutbox({ setAside: [event] })).toEqual(['1 events are set aside']);
    expect(ofOutbox({ held: false })).toEqual(['no relay is active']);
    expect(ofOutbox({ oldestSeconds: 61 })).toEqual(['3 events wait, the oldest for 1 m 1 s']);
  });
});
