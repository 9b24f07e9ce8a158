import { minorDigits } from '../money/currency.ts';
import type { MoneyProblem } from '../money/parse-money.ts';

/** What people read beside a field that a service refused. Fields carry the names that the contracts give them. */
const sentences: Readonly<Record<string, string>> = {
  email: 'This is not an e-mail address.',
  password: 'A password has 8 to 128 characters.',
  full_name: 'Write your name, in at most 100 characters.',
  country_code: 'A country is two letters, such as DE or US.',
  phone_number: 'A telephone number is digits, spaces and + - ( ).',
  title: 'A title has 1 to 200 characters.',
  description: 'A description has at most 10,000 characters.',
  start_price: 'The start price is more than zero and at most ten thousand million.',
  currency: 'A currency is three capital letters, such as USD.',
  end_at: 'Choose when the auction ends: within 90 days.',
  starts_at: 'Choose when bidding begins: within 90 days, or leave it empty.',
  reserve_price: 'The reserve price is at least the start price, or empty.',
  buy_now_price: 'The buy-now price is at least the start price and the reserve price, or empty.',
  soft_close_seconds: 'Choose one of the offered times.',
  max_amount: 'A maximum is more than zero and at most ten thousand million.',
  images: 'Up to 12 pictures, each an https:// address or one of ours.',
  category: 'A category is lower-case letters, at most 64 of them.',
  amount: 'A bid is more than zero and at most ten thousand million.',
};

/** One sentence a field, from an INVALID_FIELD failure's metadata. `images[3]` counts as `images`. */
export function fieldSentences(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, problem] of Object.entries(metadata)) {
    const field = /^\w+/.exec(path)?.[0] ?? path;
    found[field] ??= sentences[field] ?? problem;
  }
  return found;
}

const moneySentences: Record<MoneyProblem, (currency: string) => string> = {
  EMPTY: () => 'Write an amount.',
  NOT_AN_AMOUNT: () => 'This is not an amount. Write it like 1234.56.',
  AMBIGUOUS: (currency) =>
    `This could be two different amounts. Write it without thousands separators, such as ${plainExamples(currency)}.`,
  TOO_MANY_DECIMALS: (currency) =>
    minorDigits(currency) === 0
      ? `${currency} has no decimals. Write a whole number.`
      : `${currency} has at most ${minorDigits(currency)} decimals.`,
  NOT_POSITIVE: () => 'An amount is more than zero.',
  TOO_LARGE: () => 'That is more than Gavel can handle.',
};

function plainExamples(currency: string): string {
  const digits = minorDigits(currency);
  return digits === 0 ? '1500' : `1500 or 1.5${'0'.repeat(digits - 1)}`;
}

/** Why a typed amount was not understood. */
export function moneySentence(problem: MoneyProblem, currency: string): string {
  return moneySentences[problem](currency);
}
