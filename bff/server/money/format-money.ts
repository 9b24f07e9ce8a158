import { currencyOf, minorDigits } from './currency.ts';

/** Minor units as a plain decimal, exactly: 123456n USD is "1234.56". What an amount field is filled with. */
export function decimalOf(minor: bigint, currency: string): `${number}` {
  const digits = minorDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  if (digits === 0) return `${sign}${text}` as `${number}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` as `${number}`;
}

/** Minor units for people to read: 123456n USD is "$1,234.56". Intl takes the decimal string, so no digit is lost. */
export function formatMoney(minor: bigint, currency: string): string {
  const decimal = decimalOf(minor, currency);
  return currencyOf(currency)?.format.format(decimal) ?? `${decimal} ${currency}`.trim();
}
