// Codes by the number of digits after the decimal point (ISO 4217 calls it the minor unit).
const codesByDigits = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
} as const;

const digitsByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(digits)]),
  ),
);

/** Digits of a stored amount whose currency has been withdrawn since, or is unknown. */
const DIGITS_OF_UNKNOWN = 2;

/**
 * All active currency codes, in alphabetical order. Source: ISO 4217, list one (current currencies and funds), as of 2026-01-01,
 * where BGN is withdrawn. Codes without a minor unit are left out: metals, special drawing rights, codes for tests and for no
 * currency.
 */
export const currencyCodes: readonly string[] = [...digitsByCode.keys()].sort();

/**
 * Digits after the decimal point in amounts of a currency: USD 2, JPY 0, KWD 3; undefined for a code that is not active. Every
 * reader and writer of amounts takes the digits from here, and not from Intl: the data of Intl (CLDR) give IDR, IQD and 14 other
 * currencies fewer digits, and they differ between runtimes and browsers.
 */
export function currencyDigits(code: string): number | undefined {
  return digitsByCode.get(code);
}

/** The digits with which an amount is shown. A stored amount may have a code that has been withdrawn since: 2 digits. */
export function shownCurrencyDigits(code: string): number {
  return digitsByCode.get(code) ?? DIGITS_OF_UNKNOWN;
}

/**
 * The currency of an amount in an event. The first contract's events named none, because every auction was in US dollars, so an
 * empty code means USD.
 */
export function currencyOrDollars(code: string): string {
  return code === '' ? 'USD' : code;
}

/**
 * Minor units as an exact plain decimal: 123456n USD is "1234.56". The type is the one that Intl.NumberFormat formats without
 * converting to a float.
 */
export function toDecimal(minor: bigint, currency: string): `${number}` {
  const digits = shownCurrencyDigits(currency);
  const sign = minor < 0n ? '-' : '';
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  if (digits === 0) return `${sign}${text}` as `${number}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` as `${number}`;
}

/**
 * Options of an Intl.NumberFormat for a currency. Intl chooses the symbol and the grouping, and shows exactly the digits of
 * ISO 4217. Intl refuses a code that is not three letters.
 */
export function currencyFormatOptions(currency: string) {
  const digits = shownCurrencyDigits(currency);
  return {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
}
