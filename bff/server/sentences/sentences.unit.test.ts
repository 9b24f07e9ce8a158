import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { reasonCodes } from '@gavel/proto/reasons';
import { describe, expect, it } from 'vitest';
import { toFailure } from '../rpc/call-failure.ts';
import { bidSentence } from './bid-sentence.ts';
import { fieldSentences, moneySentence } from './field-sentences.ts';
import { reasonSentences, sentenceFor } from './reason-sentences.ts';

const refusal = (reason: string, metadata: Record<string, string> = {}, domain = 'gavel') =>
  new ConnectError('text for developers', Code.FailedPrecondition, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain, metadata } },
  ]);

describe('sentences', () => {
  it('tell every failure in words of its own', () => {
    const told = Object.values(reasonSentences).map((sentence) => sentence({}));
    expect(new Set(told).size).toBe(told.length);
    expect(Object.keys(reasonSentences)).toEqual(expect.arrayContaining(Object.keys(reasonCodes)));
    for (const sentence of told) expect(sentence).toMatch(/^[A-Z].+[.?]$/);
  });

  it('name the smallest amount that would be accepted', () => {
    const failure = toFailure(
      'bids',
      refusal('BID_TOO_LOW', { minimum_next_bid: '123456', currency: 'USD' }),
    );
    expect(sentenceFor(failure)).toBe('That is too low by now: the next bid must be at least $1,234.56.');
  });

  it('never repeat metadata that is not what it should be', () => {
    const odd = { minimum_next_bid: '<b>1</b>', currency: 'USD' };
    expect(sentenceFor(toFailure('bids', refusal('BID_TOO_LOW', odd)))).not.toContain('<b>');
    expect(
      sentenceFor(toFailure('auth', refusal('RATE_LIMITED', { retry_after_seconds: 'soon' }))),
    ).not.toContain('soon');
  });

  it('say which part does not answer', () => {
    const told = (['auth', 'bids', 'user-stats'] as const).map((service) =>
      sentenceFor(toFailure(service, new ConnectError('connect ECONNREFUSED', Code.Unavailable))),
    );
    expect(new Set(told).size).toBe(3);
  });

  it.each([
    ['a foreign domain', refusal('ITEM_NOT_FOUND', {}, 'elsewhere'), 'INTERNAL'],
    ['an unknown reason', refusal('SOMETHING_NEW'), 'INTERNAL'],
    ['a time-out', new ConnectError('slow', Code.DeadlineExceeded), 'UNREACHABLE'],
    ['a cut connection', new ConnectError('reset', Code.Aborted), 'UNREACHABLE'],
    ['no reason but a code', new ConnectError('who', Code.Unauthenticated), 'UNAUTHENTICATED'],
    ['an error that is not a call’s', new TypeError('bug'), 'INTERNAL'],
  ])('treat %s as %s', (_, error, reason) => {
    expect(toFailure('bids', error).reason).toBe(reason);
  });
});

describe('field sentences', () => {
  it('stand beside the field, whatever element of it was wrong', () => {
    expect(fieldSentences({ 'images[2]': 'x', email: 'y', novelty: 'must be new' })).toEqual({
      images: 'Up to 12 pictures, each an https:// address or one of ours.',
      email: 'This is not an e-mail address.',
      novelty: 'must be new',
    });
  });

  it('explain why an amount was not understood', () => {
    expect(moneySentence('TOO_MANY_DECIMALS', 'USD')).toBe('USD has at most 2 decimals.');
    expect(moneySentence('TOO_MANY_DECIMALS', 'JPY')).toBe('JPY has no decimals. Write a whole number.');
    expect(moneySentence('AMBIGUOUS', 'USD')).toMatch(/such as 1500 or 1\.50\.$/);
    expect(moneySentence('AMBIGUOUS', 'JPY')).toMatch(/such as 1500\.$/);
    expect(moneySentence('AMBIGUOUS', 'KWD')).toMatch(/such as 1500 or 1\.500\.$/);
  });
});

describe('the answer to a bid', () => {
  const answer = { typed: 5_000n, asMaximum: false, leading: true, highest: 5_000n, currency: 'USD' };

  it('says that a bid stands, and of a maximum what it took', () => {
    expect(bidSentence(answer)).toBe('Your bid of $50.00 stands.');
    expect(bidSentence({ ...answer, asMaximum: true, highest: 1_250n })).toBe(
      'Your maximum of $50.00 stands. You have the highest bid: $12.50.',
    );
  });

  it('says when somebody else’s maximum was higher', () => {
    expect(bidSentence({ ...answer, leading: false, highest: 5_250n })).toBe(
      'Somebody else’s maximum beats your $50.00. The highest bid is now $52.50.',
    );
  });
});
