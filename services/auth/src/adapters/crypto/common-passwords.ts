import { dictionary } from '@zxcvbn-ts/language-common';

/** The shortest password that the rules accept; shorter ones need not be listed. */
const MIN_LENGTH = 8;

/**
 * Answers whether a password in lower case is among the 49,233 most common ones of leaked databases, which the package lists. 17,950
 * of these have eight characters or more; ASVS 6.2.4 asks for 3,000.
 */
export function createCommonPasswords(): (lowerCase: string) => boolean {
  const listed = new Set(dictionary['passwords-common'].filter(({ length }) => length >= MIN_LENGTH));
  return (lowerCase) => listed.has(lowerCase);
}
