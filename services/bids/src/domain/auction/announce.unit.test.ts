import { describe, expect, it } from 'vitest';
import { accepted, after, at, created, given } from '../../testing/auction-scenario.ts';
import { nextAnnouncementAt } from './auction.ts';
import type { AuctionEvent } from './events.ts';

const announce = { type: 'Announce' } as const;
const started = (seconds: number): AuctionEvent => ({ type: 'AuctionStarted', at: at(seconds) });
const endingSoon = (seconds: number): AuctionEvent => ({ type: 'AuctionEndingSoon', at: at(seconds) });
const next = (...events: AuctionEvent[]) => {
  const auction = after(...events);
  return auction && nextAnnouncementAt(auction);
};

describe('a scheduled auction', () => {
  const item = created({ startsAt: at(60) });

  it('announces its start once, and its end is next', () => {
    expect(given(item).when(announce, 59)).toEqual(accepted());
    expect(given(item).when(announce, 61)).toEqual(accepted(started(61)));
    expect(given(item, started(61)).when(announce, 62)).toEqual(accepted());
    expect([next(item), next(item, started(61))]).toEqual([at(60), at(3000)]);
  });

  it('announces nothing once it is over or cancelled', () => {
    expect(given(item).when(announce, 3600)).toEqual(accepted());
    const cancelled: AuctionEvent = { type: 'ItemCancelled', at: at(1) };
    expect(given(item, cancelled).when(announce, 61)).toEqual(accepted());
    expect(next(item, cancelled)).toBeUndefined();
  });

  it('announces both together when the announcement is late', () => {
    expect(given(item).when(announce, 3500)).toEqual(accepted(started(3500), endingSoon(3500)));
  });
});

describe('the end of an auction that began when it was created', () => {
  it('is announced once, ten minutes before, even if late bids move it', () => {
    const extended: AuctionEvent = {
      type: 'AuctionExtended',
      previousEndAt: at(3600),
      endAt: at(9000),
      at: at(3590),
    };
    expect(given(created()).when(announce, 2999.999)).toEqual(accepted());
    expect(given(created()).when(announce, 3000)).toEqual(accepted(endingSoon(3000)));
    expect(given(created(), endingSoon(3000), extended).when(announce, 8900)).toEqual(accepted());
    expect([next(created()), next(created(), endingSoon(3000))]).toEqual([at(3000), undefined]);
  });

  it('is not announced for a short auction', () => {
    expect(given(created({ endAt: at(1200) })).when(announce, 1199)).toEqual(accepted());
    expect(next(created({ endAt: at(1200) }))).toBeUndefined();
    expect(next(created({ endAt: at(1200.001) }))).toEqual(at(600.001));
  });
});
