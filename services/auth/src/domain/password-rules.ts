/** Whose password it is. */
export interface PasswordOwner {
  readonly email: string;
  readonly fullName: string;
}

/** `pattern`: few different characters, or a run such as `abcdefgh`. `personal`: little besides the owner or the product. */
export type PasswordProblem = 'short' | 'common' | 'pattern' | 'personal';

const MIN_LENGTH = 8;
const MIN_DIFFERENT = 4;
const PRODUCT = 'gavel';

/**
 * What is wrong with a new password; undefined if it may be used. Existing passwords are not checked. The rules are those of NIST
 * SP 800-63B (https://pages.nist.gov/800-63-4/sp800-63b.html, 3.1.1.2: length, and a list of common, expected and
 * context-specific values) and of OWASP ASVS 5.0, 6.2: no other composition rules. The length is counted after normalisation.
 *
 * @param isCommon whether a list of common passwords contains this one, which is in lower case
 */
export function findPasswordProblem(
  password: string,
  owner: PasswordOwner,
  isCommon: (lowerCase: string) => boolean,
): PasswordProblem | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  if (lengthOf(plain) < MIN_LENGTH) return 'short';
  if (isCommon(plain)) return 'common';
  if (new Set(plain).size < MIN_DIFFERENT || isRun(plain)) return 'pattern';
  return lengthOf(withoutWordsOf(owner, plain)) < MIN_LENGTH ? 'personal' : undefined;
}

/** What is left of a password without the words that everybody can guess: they do not count towards its length. */
function withoutWordsOf({ email, fullName }: PasswordOwner, password: string): string {
  const address = email.normalize('NFKC').trim().toLowerCase();
  const name = fullName.normalize('NFKC').trim().toLowerCase();
  const words = [
    address,
    // The part before the @: the domain is the provider's name, or the company's.
    ...(address.split('@')[0] ?? '').split(/[^\p{L}\p{M}\p{N}]+/u),
    name,
    ...name.split(/[^\p{L}\p{M}\p{N}]+/u),
    PRODUCT,
  ];
  return words
    .filter((word) => lengthOf(word) >= 3)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), password);
}

/** Each character is the one after the last one, or each is the one before it: `23456789`, `hgfedcba`. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  return Math.abs(step) === 1 && codes.every((code, i) => i === 0 || code - (codes[i - 1] ?? 0) === step);
}

function lengthOf(text: string): number {
  return [...text].length;
}
