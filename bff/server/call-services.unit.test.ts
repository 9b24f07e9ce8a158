import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { describe, expect, it } from 'vitest';
import { sentenceFor } from '../words/reason-sentences.ts';
import { as, asVisitor, toFailure } from './call-services.ts';

const refusal = (reason: string, metadata: Record<string, string> = {}, domain = 'gavel') =>
  new ConnectError('text for developers', Code.FailedPrecondition, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain, metadata } },
  ]);

describe('a failed call', () => {
  it.each([
    ['a foreign domain', refusal('ITEM_NOT_FOUND', {}, 'elsewhere'), 'INTERNAL'],
    ['an unknown reason', refusal('SOMETHING_NEW'), 'INTERNAL'],
    ['a timeout', new ConnectError('slow', Code.DeadlineExceeded), 'UNREACHABLE'],
    ['a lost connection', new ConnectError('reset', Code.Aborted), 'UNREACHABLE'],
    ['a code without a reason', new ConnectError('who', Code.Unauthenticated), 'UNAUTHENTICATED'],
    ['an error that is not from a call', new TypeError('bug'), 'INTERNAL'],
  ])('treats %s as %s', (_, error, reason) => {
    expect(toFailure('bids', error).reason).toBe(reason);
  });

  it('names the lowest bid that would be accepted', () => {
    const failure = toFailure(
      'bids',
      refusal('BID_TOO_LOW', { minimum_next_bid: '123456', currency: 'USD' }),
    );
    expect(sentenceFor(failure)).toBe('Your bid is too low. Please bid $1,234.56 or more.');
  });

  it('does not repeat metadata of the wrong form', () => {
    const odd = { minimum_next_bid: '<b>1</b>', currency: 'USD' };
    expect(sentenceFor(toFailure('bids', refusal('BID_TOO_LOW', odd)))).not.toContain('<b>');
    expect(
      sentenceFor(toFailure('auth', refusal('RATE_LIMITED', { retry_after_seconds: 'soon' }))),
    ).not.toContain('soon');
  });

  it('says which service does not answer', () => {
    const sentences = (['auth', 'bids', 'user-stats'] as const).map((service) =>
      sentenceFor(toFailure(service, new ConnectError('connect ECONNREFUSED', Code.Unavailable))),
    );
    expect(new Set(sentences).size).toBe(3);
  });
});

describe('call options', () => {
  const authorization = 'Bearer t';
  const address = '203.0.113.7';

  it('carry the access token and the browser’s address, by which services count requests', () => {
    expect(as({ accessToken: 't', address })).toEqual({
      headers: { authorization, 'x-forwarded-for': address },
    });
    expect(asVisitor({ kind: 'signed-in', accessToken: 't', address })).toEqual(
      as({ accessToken: 't', address }),
    );
    expect(asVisitor({ kind: 'guest', address })).toEqual({ headers: { 'x-forwarded-for': address } });
  });

  it('carry no address when it is unknown', () => {
    expect(as({ accessToken: 't', address: '' })).toEqual({ headers: { authorization } });
    expect(asVisitor({ kind: 'unverified', address: '' })).toEqual({ headers: {} });
  });
});
