const CODE = /^[A-Z]{3}$/;
const FALLBACK_DIGITS = 2;

interface Currency {
  /** Digits after the point: ISO 4217's minor unit, as CLDR knows it. */
  digits: number;
  /** What stands for it beside an amount, such as $. */
  symbol: string;
  format: Intl.NumberFormat;
}

// Making an Intl format costs some 30 µs, using it one: a page of prices would feel it.
const known = new Map<string, Currency>();

/** A currency by its ISO 4217 code; undefined for a text that cannot be one. */
export function currencyOf(code: string): Currency | undefined {
  if (!CODE.test(code)) return undefined;
  const found = known.get(code) ?? describe(code);
  known.set(code, found);
  return found;
}

/** Digits after the point of a currency: USD 2, JPY 0, KWD 3. */
export function minorDigits(code: string): number {
  return currencyOf(code)?.digits ?? FALLBACK_DIGITS;
}

/** What the form for a new item offers. Items in other currencies are shown and bid on all the same. */
export const offeredCurrencies = ['USD', 'EUR', 'GBP', 'CHF', 'JPY', 'SEK', 'PLN', 'KWD'] as const;

function describe(currency: string): Currency {
  const style = { style: 'currency', currency } as const;
  const format = new Intl.NumberFormat('en-US', style);
  const narrow = new Intl.NumberFormat('en-US', { ...style, currencyDisplay: 'narrowSymbol' });
  return {
    format,
    digits: format.resolvedOptions().maximumFractionDigits ?? FALLBACK_DIGITS,
    symbol: narrow.formatToParts(0).find((part) => part.type === 'currency')?.value ?? '',
  };
}
