import { currencyCodes, currencyDigits } from '@gavel/proto/currencies';
import { describe, expect, it } from 'vitest';
import type { NoticeKind } from '../domain/notice.ts';
import { composeMail, type MailContent } from './compose-mail.ts';

const eur = (amount: bigint) => ({ amount, currency: 'EUR' });

/** The mail of an auction that runs; `rest` changes it. */
const mail = (kind: NoticeKind, rest: Partial<MailContent> = {}) =>
  composeMail({
    kind,
    outcome: undefined,
    title: 'Oak chair',
    price: undefined,
    happenedAt: new Date('2026-05-01T12:00:00Z'),
    auction: { isOver: false, endAt: new Date('2026-05-03T18:30:00Z'), minimumNextBid: eur(130_000n) },
    url: undefined,
    picture: undefined,
    ...rest,
  });

const openKinds = ['outbid', 'ending_soon', 'started', 'relisted'] as const;
const overKinds = ['won', 'sold', 'reserve_not_met', 'no_bids', 'lost', 'ended'] as const;

describe('a mail', () => {
  it('names what happened, the item, the price, the end, the next minimum and the item’s page', () => {
    const { subject, text } = mail('outbid', {
      title: 'Oak\n chair',
      price: eur(123_456n),
      url: 'http://gavel/items/1',
    });
    expect(subject).toBe('You have been outbid on “Oak chair”');
    expect(text).toBe(
      `Somebody else leads now on “Oak chair”, at €1,234.56.

The auction ends on 3 May 2026 at 18:30 UTC. The next bid must be at least €1,300.00.

http://gavel/items/1
`,
    );
  });

  it.each(openKinds)('about %s states the end and the next minimum, in text and HTML', (kind) => {
    const { text, html } = mail(kind);
    for (const body of [text, html]) {
      expect(body).toContain('The auction ends on 3 May 2026 at 18:30 UTC.');
      expect(body).toContain('The next bid must be at least €1,300.00.');
    }
  });

  it.each(openKinds)('about %s offers no bid when the auction is over before the mail is sent', (kind) => {
    const auction = { isOver: true, endAt: new Date('2026-05-03T18:30:00Z'), minimumNextBid: eur(130_000n) };
    const { text } = mail(kind, { auction });
    expect(text).toContain('The auction is over now.');
    expect(text).not.toContain('next bid');
  });

  it.each(overKinds)('about %s states when the auction ended, and no next minimum', (kind) => {
    const { text } = mail(kind);
    expect(text).toContain('It ended on 1 May 2026 at 12:00 UTC.');
    expect(text).not.toContain('next bid');
  });

  it('leaves out what is unknown, and works while the title has not arrived', () => {
    const unknown = { isOver: false, endAt: undefined, minimumNextBid: undefined };
    const { subject, text } = mail('outbid', { title: undefined, price: eur(500n), auction: unknown });
    expect(subject).toBe('You have been outbid on an item');
    expect(text).toBe('Somebody else leads now on an item, at €5.00.\n');
    expect(mail('no_bids', { title: undefined }).subject).toBe('An item was not sold');
  });

  it('about a purchase by another person names no highest bid', () => {
    for (const kind of ['lost', 'ended'] as const) {
      const { text } = mail(kind, { outcome: 'bought_now', price: eur(9_900n) });
      expect(text).toContain('Another person bought “Oak chair” at its buy-now price, €99.00.');
      expect(text).not.toMatch(/outbid|highest bid/);
    }
  });

  it('about a lost auction says how it ended', () => {
    const ended = (outcome: MailContent['outcome']) => mail('lost', { outcome, price: eur(9_900n) }).text;
    expect(ended('sold')).toContain('another person won it for €99.00.');
    expect(ended('reserve_not_met')).toContain('below the reserve price, so nobody won it.');
    expect(mail('ended', { outcome: 'no_bids' }).text).toContain('ended without a bid.');
  });

  it('shows the item’s picture, with a link to its page', () => {
    const { html } = mail('won', { picture: 'https://pictures/1.webp', url: 'http://gavel/items/1' });
    expect(html).toContain(
      '<a href="http://gavel/items/1"><img src="https://pictures/1.webp" alt="Oak chair" width="320"></a>',
    );
    expect(mail('won').html).not.toContain('<img');
  });

  it('keeps a title’s own tags and quotes as text', () => {
    const { html } = mail('won', {
      title: `"><script>alert('1')</script>&`,
      picture: 'https://pictures/"onload="x',
    });
    expect(html).not.toMatch(/<script|"onload|alert\('/);
    expect(html).toContain('&#60;script&#62;');
  });
});

describe('a long title in a subject', () => {
  const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const titleOf = (title: string): string[] => {
    const shown = /“(.*)”$/.exec(mail('won', { title }).subject)?.[1] ?? '';
    return Array.from(characters.segment(shown), ({ segment }) => segment);
  };

  it.each([
    ['emoji outside the basic plane', '🪑'],
    ['families of joined emoji', '👨‍👩‍👧‍👦'],
    ['flags', '🇩🇪'],
    ['letters with combining accents', 'e\u0301\u0323'],
    ['syllables of Hangul', '한'],
    ['syllables of Devanagari', 'नि'],
  ])('is cut between %s', (_, character) => {
    expect(titleOf(character.repeat(120))).toEqual(Array(120).fill(character));
    for (const title of [character.repeat(121), `a${character.repeat(130)}`]) {
      const seen = titleOf(title);
      expect(seen).toHaveLength(120);
      expect(seen.at(-1)).toBe('…');
      expect(title.startsWith(seen.slice(0, -1).join(''))).toBe(true);
      expect(seen.slice(1, -1).every((each) => each === character)).toBe(true);
    }
  });

  it('is whole in the text', () => {
    const title = '🪑'.repeat(150);
    expect(mail('won', { title }).text).toContain(`“${title}”`);
  });
});

describe('an amount in a mail', () => {
  it.each([
    [5n, 'EUR', '€0.05'],
    [1_500n, 'JPY', '¥1,500'],
    [1_234n, 'KWD', 'KWD 1.234'],
    [10_000_000n, 'IDR', 'IDR 100,000.00'],
    [10_000_000n, 'IQD', 'IQD 10,000.000'],
    [900_719_925_474_099_312n, 'USD', '$9,007,199,254,740,993.12'],
  ])('is exact: %d of %s', (amount, currency, written) => {
    const { text } = mail('won', { price: { amount, currency } });
    expect(text.replaceAll('\u00a0', ' ')).toContain(`for ${written}.`);
  });

  it('has the digits of ISO 4217 in every currency', () => {
    const wrong = currencyCodes.filter((currency) => {
      const { text } = mail('won', { price: { amount: 12_345_678n, currency } });
      const written = /for \D*([\d,.]+)\.\n/.exec(text)?.[1];
      return (written?.split('.')[1]?.length ?? 0) !== currencyDigits(currency);
    });
    expect(wrong).toEqual([]);
  });
});
