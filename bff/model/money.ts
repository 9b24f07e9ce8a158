import { currencyFormatOptions, shownCurrencyDigits, toDecimal } from '@gavel/proto/currencies';

const CODE = /^[A-Z]{3}$/;

interface Currency {
  /** The symbols that people may type beside an amount: the one on pages, such as CA$, and the short one, such as $. */
  symbols: readonly string[];
  format: Intl.NumberFormat;
}

// Formats are kept: creating one takes about 30 µs, and a page shows many prices.
const known = new Map<string, Currency>();

/** A currency by its ISO 4217 code; undefined when the text is not three capital letters. */
function currencyOf(code: string): Currency | undefined {
  if (!CODE.test(code)) return undefined;
  const found = known.get(code) ?? describe(code);
  known.set(code, found);
  return found;
}

/** The currencies that the form for a new item offers. Items in other currencies are shown and bid on as well. */
export const offeredCurrencies = ['USD', 'EUR', 'GBP', 'CHF', 'JPY', 'SEK', 'PLN', 'KWD'] as const;

function describe(currency: string): Currency {
  const options = currencyFormatOptions(currency);
  const format = new Intl.NumberFormat('en-US', options);
  const narrow = new Intl.NumberFormat('en-US', { ...options, currencyDisplay: 'narrowSymbol' });
  return {
    format,
    symbols: [format, narrow].flatMap((each) =>
      each.formatToParts(0).flatMap(({ type, value }) => (type === 'currency' ? [value] : [])),
    ),
  };
}

/** Minor units as shown on pages: 123456n USD is "$1,234.56". Intl formats the decimal string, so no digit is lost, and the digits are those of ISO 4217. */
export function formatMoney(minor: bigint, currency: string): string {
  const decimal = toDecimal(minor, currency);
  return currencyOf(currency)?.format.format(decimal) ?? `${decimal} ${currency}`.trim();
}

/** Why a text cannot be read as an amount. */
export type MoneyProblem =
  | 'EMPTY'
  | 'NOT_AN_AMOUNT'
  | 'AMBIGUOUS'
  | 'TOO_MANY_DECIMALS'
  | 'NOT_POSITIVE'
  | 'TOO_LARGE';

export type ParsedMoney = { ok: true; minor: bigint } | { ok: false; problem: MoneyProblem };

/** The largest value of bids.v1 PlaceBidRequest.amount and CreateItemRequest.start_price. */
const MAX_MINOR = 1_000_000_000_000n;

const PLAIN = /^(\d*)(?:\.(\d*))?$/;
const COMMA_GROUPS = /^(\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/;
const POINT_GROUPS = /^(\d{1,3}(?:\.\d{3})+),(\d+)$/;
const DECIMAL_COMMA = /^(\d+),(\d+)$/;
/** `1.500` and `1,500`: fifteen hundred in some countries, one and a half in others. */
const EITHER = /^\d{1,3}([.,])\d{3}$/;
const SPACED_GROUPS = /^\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?=[.,]|$)/;

/**
 * Reads a typed amount as minor units of a currency. Works on digits only: no float is involved.
 * Accepts `1234.56`, `1,234.56`, `1 234.56`, `1234,56`, `1.234,56`, with a symbol or code before or after. A text that
 * could mean two amounts (`1.500`, `1,500`) is refused as AMBIGUOUS. Exception: `1.500` in a currency with three
 * decimals, because this site itself writes such amounts that way.
 */
export function parseMoney(text: string, currency: string): ParsedMoney {
  const bare = withoutSymbol(text.trim(), currency);
  if (bare === '') return { ok: false, problem: 'EMPTY' };
  if (bare.startsWith('-')) return { ok: false, problem: 'NOT_POSITIVE' };
  const digits = shownCurrencyDigits(currency);
  const parts = split(
    bare.replace(SPACED_GROUPS, (groups) => groups.replace(/\D/g, '')),
    digits,
  );
  if (!parts.ok) return parts;
  const fraction = parts.fraction.replace(/0+$/, '');
  if (fraction.length > digits) return { ok: false, problem: 'TOO_MANY_DECIMALS' };
  const minor = BigInt(parts.whole + fraction.padEnd(digits, '0'));
  if (minor <= 0n) return { ok: false, problem: 'NOT_POSITIVE' };
  if (minor > MAX_MINOR) return { ok: false, problem: 'TOO_LARGE' };
  return { ok: true, minor };
}

type Parts = { ok: true; whole: string; fraction: string } | { ok: false; problem: MoneyProblem };

function split(text: string, digits: number): Parts {
  const either = EITHER.exec(text);
  if (either && !(digits === 3 && either[1] === '.')) return { ok: false, problem: 'AMBIGUOUS' };
  const plain = PLAIN.exec(text);
  if (plain && (plain[1] || plain[2])) return parts(plain[1], plain[2]);
  const commaGroups = COMMA_GROUPS.exec(text);
  if (commaGroups) return parts(commaGroups[1], commaGroups[2]);
  const pointGroups = POINT_GROUPS.exec(text);
  if (pointGroups) return parts(pointGroups[1], pointGroups[2]);
  const decimalComma = DECIMAL_COMMA.exec(text);
  if (decimalComma) return parts(decimalComma[1], decimalComma[2]);
  return { ok: false, problem: 'NOT_AN_AMOUNT' };
}

function parts(whole = '', fraction = ''): Parts {
  return { ok: true, whole: whole.replace(/[,.]/g, ''), fraction };
}

function withoutSymbol(text: string, currency: string): string {
  for (const mark of [currency, ...(currencyOf(currency)?.symbols ?? [])]) {
    if (mark === '') continue;
    if (text.toUpperCase().startsWith(mark.toUpperCase())) return text.slice(mark.length).trim();
    if (text.toUpperCase().endsWith(mark.toUpperCase())) return text.slice(0, -mark.length).trim();
  }
  return text;
}
