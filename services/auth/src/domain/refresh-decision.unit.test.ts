import { describe, expect, it } from 'vitest';
import { decideRefresh, idleEnd, type RefreshState } from './refresh-decision.ts';

const DAY = 24 * 3600 * 1000;
const rules = { lifetimeMs: 30 * DAY, idleMs: 14 * DAY, graceMs: 10_000 };
const now = new Date('2026-03-01T12:00:00Z');
const after = (ms: number): Date => new Date(now.getTime() + ms);

const newest: RefreshState = {
  now,
  endsAt: after(20 * DAY),
  idleEndsAt: after(10 * DAY),
  revoked: false,
  replacedAt: undefined,
  justBeforeNewest: false,
};
const replaced = (msAgo: number): RefreshState => ({
  ...newest,
  replacedAt: after(-msAgo),
  justBeforeNewest: true,
});

describe('a refresh token', () => {
  it('is replaced when it is the newest, and the idle time starts again', () => {
    expect(decideRefresh(newest, rules)).toEqual({ kind: 'rotate', idleEndsAt: after(14 * DAY) });
  });

  it('does not extend its session beyond the end of its lifetime', () => {
    const endsAt = after(3 * DAY);
    expect(decideRefresh({ ...newest, endsAt, idleEndsAt: endsAt }, rules)).toEqual({
      kind: 'rotate',
      idleEndsAt: endsAt,
    });
    expect(idleEnd({ now, endsAt: after(20 * DAY) }, rules)).toEqual(after(14 * DAY));
  });

  it('before the newest gets the same successor within the grace period, and ends the session after it', () => {
    expect(decideRefresh(replaced(0), rules)).toEqual({ kind: 'repeat' });
    expect(decideRefresh(replaced(9_999), rules)).toEqual({ kind: 'repeat' });
    expect(decideRefresh(replaced(10_000), rules)).toEqual({
      kind: 'revoke',
      reason: 'REFRESH_TOKEN_REUSED',
    });
  });

  it('two exchanges behind the newest ends the session even within the grace period', () => {
    const state = { ...replaced(1_000), justBeforeNewest: false };
    expect(decideRefresh(state, rules)).toEqual({ kind: 'revoke', reason: 'REFRESH_TOKEN_REUSED' });
  });

  it('has no grace period when it is set to zero', () => {
    expect(decideRefresh(replaced(0), { ...rules, graceMs: 0 }).kind).toBe('revoke');
  });

  it.each([
    ['its lifetime', { ...newest, endsAt: now }],
    ['its idle time', { ...newest, idleEndsAt: now }],
    ['its lifetime, even when an old token is presented', { ...replaced(60_000), endsAt: now }],
  ])('has expired exactly at the end of %s', (_, state) => {
    expect(decideRefresh(state, rules)).toEqual({ kind: 'refuse', reason: 'SESSION_EXPIRED' });
  });

  it('of a revoked session gets SESSION_REVOKED, whichever token it is', () => {
    for (const state of [newest, replaced(0), replaced(60_000), { ...newest, endsAt: now }]) {
      expect(decideRefresh({ ...state, revoked: true }, rules)).toEqual({
        kind: 'refuse',
        reason: 'SESSION_REVOKED',
      });
    }
  });
});
