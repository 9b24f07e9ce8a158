import { currencyOf, minorDigits } from './currency.ts';

/** Why a text is not an amount. */
export type MoneyProblem =
  | 'EMPTY'
  | 'NOT_AN_AMOUNT'
  | 'AMBIGUOUS'
  | 'TOO_MANY_DECIMALS'
  | 'NOT_POSITIVE'
  | 'TOO_LARGE';

export type ParsedMoney = { ok: true; minor: bigint } | { ok: false; problem: MoneyProblem };

/** The ceiling of bids.v1 PlaceBidRequest.amount and CreateItemRequest.start_price. */
const MAX_MINOR = 1_000_000_000_000n;

const PLAIN = /^(\d*)(?:\.(\d*))?$/;
const COMMA_GROUPS = /^(\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/;
const POINT_GROUPS = /^(\d{1,3}(?:\.\d{3})+),(\d+)$/;
const DECIMAL_COMMA = /^(\d+),(\d+)$/;
/** `1.500`, `1,500`: thousands to one person, a decimal fraction to another. */
const EITHER = /^\d{1,3}([.,])\d{3}$/;
const SPACED_GROUPS = /^\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?=[.,]|$)/;

/**
 * Reads an amount that a person typed, as minor units of a currency, by moving digits and never through a float.
 * Takes `1234.56`, `1,234.56`, `1 234.56`, `1234,56`, `1.234,56`, and a leading or trailing symbol or code. A text that
 * could be two different amounts is refused as AMBIGUOUS, never guessed: `1.500` and `1,500` in any currency, but for the
 * point in one with three decimals, which is how this site itself writes them.
 */
export function parseMoney(text: string, currency: string): ParsedMoney {
  const bare = withoutSymbol(text.trim(), currency);
  if (bare === '') return { ok: false, problem: 'EMPTY' };
  if (bare.startsWith('-')) return { ok: false, problem: 'NOT_POSITIVE' };
  const digits = minorDigits(currency);
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
  for (const mark of [currency, currencyOf(currency)?.symbol ?? '']) {
    if (mark === '') continue;
    if (text.toUpperCase().startsWith(mark.toUpperCase())) return text.slice(mark.length).trim();
    if (text.toUpperCase().endsWith(mark.toUpperCase())) return text.slice(0, -mark.length).trim();
  }
  return text;
}
