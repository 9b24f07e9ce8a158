import { shownCurrencyDigits } from '@gavel/proto/currencies';
import { passwordProblem } from '@gavel/proto/password-problems';
import { textProblem } from '@gavel/proto/typed-text';
import type { MoneyProblem } from '../model/money.ts';

/** The sentences beside a field that a service refused. Fields have the names of the contracts. */
const sentences: Readonly<Record<string, string>> = {
  email: 'Please enter a valid e-mail address.',
  password: 'A password must have 8 to 128 characters.',
  code: 'Please enter the code.',
  new_email: 'Please enter a valid e-mail address that is not the present one.',
  current_password: 'Please enter your current password.',
  new_password: 'The new password must have 8 to 128 characters.',
  full_name: 'Please enter your name (up to 100 characters).',
  country_code: 'Please enter a country code of two letters, such as DE or US.',
  phone_number: 'A phone number can contain digits, spaces and + - ( ).',
  title: 'Please enter a title (up to 200 characters).',
  description: 'A description can have up to 10,000 characters.',
  start_price: 'The starting price must be more than zero and not too large.',
  currency: 'A currency code has three capital letters, such as USD.',
  end_at: 'Please choose an end within 90 days.',
  starts_at: 'Please choose a start within 90 days, or leave this empty.',
  reserve_price:
    'The reserve price cannot be lower than the starting price. Leave this empty for no reserve.',
  buy_now_price:
    'The buy-now price must be higher than the starting price, and not lower than the reserve price.',
  soft_close_seconds: 'Choose one of the options.',
  max_amount: 'A maximum bid must be more than zero and not too large.',
  images: 'Add up to 12 pictures, each with an https:// link or from our selection.',
  category: 'A category needs at least one letter or digit, and has up to 64 characters.',
  amount: 'A bid must be more than zero and not too large.',
};

/** The sentences for single problems of texts and passwords. For the others, the field's own sentence says what to do. */
const problemSentences: Readonly<Record<string, string>> = {
  [textProblem.control]: 'This contains line breaks or characters that cannot be shown. Please remove them.',
  [textProblem.direction]:
    'This contains hidden characters that turn the direction of writing. Please type it again without copying.',
  [textProblem.marks]: 'This has too many accents on one letter. Please remove some.',
  [passwordProblem.common]:
    'Many people use this password, so it is easy to guess. Please choose another one.',
  [passwordProblem.pattern]:
    'This password repeats or counts, so it is easy to guess. Please choose another one.',
  [passwordProblem.personal]:
    'This password is easy to guess from your name, your e-mail address or the word Gavel. Please choose another one.',
};

/** The sentences beside the fields of a search that bids has refused, by their names in the address. */
export const refusedSearch = {
  q: 'Search words can have up to 200 characters, and no control characters.',
  min: 'The minimum price cannot be above the maximum price.',
  max: 'The maximum price is too large.',
  currency: 'This currency is not supported.',
  within: 'Choose one of the options.',
  sort: '“Best match” needs words to search for.',
  category: 'This is not a category.',
  scheduled: 'Choose one of the options.',
} as const;

/**
 * One sentence per field, from the metadata of an INVALID_FIELD failure. `images[3]` counts as `images`. A field that nobody
 * can type into has no sentence here.
 */
export function fieldSentences(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, problem] of Object.entries(metadata)) {
    const field = /^\w+/.exec(path)?.[0] ?? path;
    const sentence = sentences[field];
    if (sentence !== undefined) found[field] = problemSentences[problem] ?? sentence;
  }
  return found;
}

const moneySentences: Record<MoneyProblem, (currency: string) => string> = {
  EMPTY: () => 'Please enter an amount.',
  NOT_AN_AMOUNT: () => 'This is not an amount. Enter it like 1234.56.',
  AMBIGUOUS: (currency) =>
    `This could be two different amounts. Enter it without thousands separators, such as ${plainExamples(currency)}.`,
  TOO_MANY_DECIMALS: (currency) =>
    shownCurrencyDigits(currency) === 0
      ? `${currency} has no decimals. Enter a whole number.`
      : `${currency} has at most ${shownCurrencyDigits(currency)} decimals.`,
  NOT_POSITIVE: () => 'The amount must be more than zero.',
  TOO_LARGE: () => 'This amount is too large.',
};

function plainExamples(currency: string): string {
  const digits = shownCurrencyDigits(currency);
  return digits === 0 ? '1500' : `1500 or 1.5${'0'.repeat(digits - 1)}`;
}

/** Why a typed amount was not understood. */
export function moneySentence(problem: MoneyProblem, currency: string): string {
  return moneySentences[problem](currency);
}
