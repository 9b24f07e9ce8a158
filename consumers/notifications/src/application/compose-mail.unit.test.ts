import { currencyCodes, currencyDigits } from '@gavel/proto/currencies';
import { expect, it } from 'vitest';
import { composeMail } from './compose-mail.ts';

const eur = (amount: bigint) => ({ amount, currency: 'EUR' });

it('names what happened, the item, the price and the item’s page', () => {
  const content = {
    kind: 'outbid',
    title: 'Oak\n chair',
    price: eur(123_456n),
    url: 'http://gavel/items/1',
  } as const;
  expect(composeMail(content)).toEqual({
    subject: 'You have been outbid on “Oak chair”',
    text: 'Somebody else leads now on “Oak chair”, at €1,234.56.\n\nhttp://gavel/items/1\n',
  });
});

it.each([
  [5n, 'EUR', '€0.05'],
  [1_500n, 'JPY', '¥1,500'],
  [1_234n, 'KWD', 'KWD 1.234'],
  [10_000_000n, 'IDR', 'IDR 100,000.00'],
  [10_000_000n, 'IQD', 'IQD 10,000.000'],
  [900_719_925_474_099_312n, 'USD', '$9,007,199,254,740,993.12'],
])('writes %d of %s exactly', (amount, currency, written) => {
  const { text } = composeMail({ kind: 'won', title: 'x', price: { amount, currency }, url: undefined });
  expect(text.replaceAll('\u00a0', ' ')).toContain(`for ${written}.`);
});

it('works while the title has not arrived', () => {
  expect(composeMail({ kind: 'no_bids', title: undefined, price: undefined, url: undefined })).toEqual({
    subject: 'An item was not sold',
    text: 'The auction of an item ended without a bid.\n',
  });
});

it('writes the digits of ISO 4217 for every currency', () => {
  const wrong = currencyCodes.filter((currency) => {
    const price = { amount: 12_345_678n, currency };
    const { text } = composeMail({ kind: 'won', title: 'x', price, url: undefined });
    const written = /for \D*([\d,.]+)\.\n$/.exec(text)?.[1];
    return (written?.split('.')[1]?.length ?? 0) !== currencyDigits(currency);
  });
  expect(wrong).toEqual([]);
});
