import { expect, it } from 'vitest';
import {
  currencyCodes,
  currencyDigits,
  currencyFormatOptions,
  currencyOrDollars,
  toDecimal,
} from './currencies.ts';

it('has the active codes of ISO 4217 that have a minor unit, each once', () => {
  expect(currencyCodes).toHaveLength(new Set(currencyCodes).size);
  expect(currencyCodes.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  expect(currencyCodes.toSorted()).toEqual(currencyCodes);
});

// CLDR has no digits for these.
const withoutDigitsInCldr = 'AFN ALL COP HUF IDR IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' ');

it.each<[code: string, digits: number]>([
  ['USD', 2],
  ['EUR', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['ISK', 0],
  ['KWD', 3],
  ['TND', 3],
  ['IQD', 3],
  ['CLF', 4],
  ...withoutDigitsInCldr.map((code): [string, number] => [code, 2]),
])('%s has %s digits', (code, digits) => expect(currencyDigits(code)).toBe(digits));

it.each([
  'ABC',
  'usd',
  'DEM',
  'HRK',
  'BGN',
  'ANG',
  'CUC',
  'SLL',
  'ZWL',
  'XAU',
  'XDR',
  'XXX',
  'XTS',
  '',
  'USDX',
  'toString',
])('%j is not a currency for payments', (code) => expect(currencyDigits(code)).toBeUndefined());

it('gives Intl the digits of every code', () => {
  const wrong = currencyCodes.filter((code) => {
    const written = new Intl.NumberFormat('en', currencyFormatOptions(code)).format(
      toDecimal(12_345_678n, code),
    );
    return (/\.(\d+)$/.exec(written)?.[1]?.length ?? 0) !== currencyDigits(code);
  });
  expect(wrong).toEqual([]);
});

it('writes minor units as an exact decimal', () => {
  expect(toDecimal(123_456n, 'USD')).toBe('1234.56');
  expect(toDecimal(5n, 'IQD')).toBe('0.005');
  expect(toDecimal(1_200n, 'JPY')).toBe('1200');
  expect(toDecimal(-5n, 'USD')).toBe('-0.05');
  expect(toDecimal(9_007_199_254_740_993n, 'USD')).toBe('90071992547409.93');
});

it('reads an amount of the first contract, which named no currency, as US dollars', () => {
  expect(['', 'EUR', 'USD'].map(currencyOrDollars)).toEqual(['USD', 'EUR', 'USD']);
});
