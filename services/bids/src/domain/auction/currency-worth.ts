// Codes by the power of ten that comes nearest to one US dollar, in whole units of the currency; by market rates of 2025. The step
// between two powers is wide, so ordinary changes of rates do not matter. A currency that is not listed is worth about a dollar.
const codesByPower = {
  '-2': 'CLF',
  1: `AED BOB BRL BWP CNY COU CZK DKK ERN GHS GTQ HKD HNL ILS LSL LYD MAD MDL MOP MVR MXN MYR NAD NOK PEN PGK PLN QAR RON SAR
    SBD SCR SEK SLE STN SVC SZL TJS TMT TTD UYW ZAR ZMW ZWG`,
  2: `AFN ALL BDT BTN CUP CVE DJF DOP DZD EGP ETB GMD GYD HTG INR ISK JMD JPY KES KGS LKR LRD MKD MRU MUR MZN NIO NPR PHP PKR
    RSD RUB SRD THB TRY TWD UAH UYI UYU VED VES VUV XPF`,
  3: `AMD AOA ARS BIF CDF CLP CRC HUF IQD KMF KPW KRW KZT MMK MWK NGN RWF SDG SOS TZS XAF XOF YER`,
  4: 'COP GNF IDR KHR LAK MGA MNT PYG SSP SYP UGX UZS VND',
  5: 'LBP',
  6: 'IRR',
} as const;

const powers: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByPower).flatMap(([power, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(power)]),
  ),
);

/**
 * How many minor units of a currency are about one US cent, as a power of ten, at least 1. `digits`: those of the minor unit. Two
 * digits and a worth of about a dollar, the house default, give 1: cents.
 */
export function minorUnitsPerCent(currency: string, digits: number): bigint {
  return 10n ** BigInt(Math.max(0, digits - 2 + (powers.get(currency) ?? 0)));
}
