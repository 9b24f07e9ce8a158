import { currencyCodes, currencyDigits, toDecimal } from '@gavel/proto/currencies';
import { describe, expect, it } from 'vitest';
import { formatMoney, parseMoney } from './money.ts';

describe('money', () => {
  it('reads each of the 9,901 cent prices from 1.00 to 100.00 exactly', () => {
    let tried = 0;
    const wrong: string[] = [];
    for (let cents = 100n; cents <= 10_000n; cents++, tried++) {
      const text = `${cents / 100n}.${(cents % 100n).toString().padStart(2, '0')}`;
      const typed = [
        [text, 'USD'],
        [text.replace('.', ','), 'EUR'],
        [formatMoney(cents, 'USD'), 'USD'],
      ] as const;
      const exact = typed.every(([amount, currency]) => {
        const parsed = parseMoney(amount, currency);
        return parsed.ok && parsed.minor === cents;
      });
      if (!exact || toDecimal(cents, 'USD') !== text) wrong.push(text);
    }
    expect(wrong).toEqual([]);
    expect(tried).toBe(9_901);
  });

  it.each([
    ['12', 'USD', 1200n],
    ['12.', 'USD', 1200n],
    ['12.5', 'USD', 1250n],
    ['.5', 'USD', 50n],
    [' 12.50 ', 'USD', 1250n],
    ['$12.50', 'USD', 1250n],
    ['12.50 USD', 'USD', 1250n],
    ['12,50 €', 'EUR', 1250n],
    ['CA$12.50', 'CAD', 1250n],
    ['$12.50', 'CAD', 1250n],
    ['1234.500', 'USD', 123_450n],
    ['1234', 'USD', 123_400n],
    ['1,234.56', 'USD', 123_456n],
    ['1.234,56', 'EUR', 123_456n],
    ['1 234,56', 'EUR', 123_456n],
    ['1 234 567.89', 'USD', 123_456_789n],
    ["1'234.50", 'CHF', 123_450n],
    ['1,5', 'USD', 150n],
    ['00012.30', 'USD', 1230n],
    ['1200', 'JPY', 1200n],
    ['1,234,567', 'JPY', 1_234_567n],
    ['1.234', 'KWD', 1234n],
    ['9999999999.99', 'USD', 999_999_999_999n],
    ['10,000,000,000.00', 'USD', 1_000_000_000_000n],
  ])('reads %j %s as %i minor units', (text, currency, minor) => {
    expect(parseMoney(text, currency)).toEqual({ ok: true, minor });
  });

  it.each([
    ['', 'USD', 'EMPTY'],
    ['  $ ', 'USD', 'EMPTY'],
    ['twelve', 'USD', 'NOT_AN_AMOUNT'],
    ['1e3', 'USD', 'NOT_AN_AMOUNT'],
    ['0x10', 'USD', 'NOT_AN_AMOUNT'],
    ['Infinity', 'USD', 'NOT_AN_AMOUNT'],
    ['.', 'USD', 'NOT_AN_AMOUNT'],
    ['1.2.3', 'USD', 'NOT_AN_AMOUNT'],
    ['1,23,456', 'USD', 'NOT_AN_AMOUNT'],
    ['12 50', 'USD', 'NOT_AN_AMOUNT'],
    ['+5', 'USD', 'NOT_AN_AMOUNT'],
    ['١٢', 'USD', 'NOT_AN_AMOUNT'],
    ['1234.567', 'USD', 'TOO_MANY_DECIMALS'],
    ['1.500', 'USD', 'AMBIGUOUS'],
    ['12.500', 'USD', 'AMBIGUOUS'],
    ['$12.345', 'USD', 'AMBIGUOUS'],
    ['1,234', 'USD', 'AMBIGUOUS'],
    ['0,500', 'EUR', 'AMBIGUOUS'],
    ['1.000', 'JPY', 'AMBIGUOUS'],
    ['1,200', 'JPY', 'AMBIGUOUS'],
    ['12.5', 'JPY', 'TOO_MANY_DECIMALS'],
    ['1,234', 'KWD', 'AMBIGUOUS'],
    ['-5', 'USD', 'NOT_POSITIVE'],
    ['0', 'USD', 'NOT_POSITIVE'],
    ['0.00', 'USD', 'NOT_POSITIVE'],
    ['10000000000.01', 'USD', 'TOO_LARGE'],
    ['9'.repeat(400), 'USD', 'TOO_LARGE'],
  ])('refuses %j %s as %s', (text, currency, problem) => {
    expect(parseMoney(text, currency)).toEqual({ ok: false, problem });
  });

  it('shows and reads every currency with the digits of ISO 4217', () => {
    const minor = 123_456_789n;
    const wrong = currencyCodes.filter((code) => {
      const shown = formatMoney(minor, code);
      const typed = [toDecimal(minor, code), shown, `${code} ${toDecimal(minor, code)}`];
      const read = typed.every((text) => {
        const parsed = parseMoney(text, code);
        return parsed.ok && parsed.minor === minor;
      });
      return !read || (/\.(\d+)$/.exec(shown)?.[1]?.length ?? 0) !== currencyDigits(code);
    });
    expect(wrong).toEqual([]);
    expect(currencyCodes.length).toBeGreaterThan(150);
  });

  it('shows amounts without losing a digit', () => {
    expect(formatMoney(10_000_000n, 'IDR').replaceAll('\u00a0', ' ')).toBe('IDR 100,000.00');
    expect(formatMoney(10_000_000n, 'IQD').replaceAll('\u00a0', ' ')).toBe('IQD 10,000.000');
    expect(formatMoney(123n, 'nonsense')).toBe('1.23 nonsense');
    expect(formatMoney(9_007_199_254_740_993n, 'USD')).toBe('$90,071,992,547,409.93');
    expect(formatMoney(1200n, 'JPY')).toBe('¥1,200');
    expect(formatMoney(5n, 'USD')).toBe('$0.05');
    expect(formatMoney(0n, 'USD')).toBe('$0.00');
  });
});
