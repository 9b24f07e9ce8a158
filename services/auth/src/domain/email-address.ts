/**
 * The form in which an e-mail address is stored, looked up and counted: without white space at its ends, in Unicode normal form
 * C, in lower case. The field rules in auth.proto decide which addresses are valid; a valid address stays valid here. Control
 * characters become U+FFFD, because Postgres rejects NUL in text and a sign-in with such an address must simply fail.
 */
export function normaliseEmail(email: string): string {
  return email
    .trim()
    .normalize('NFC')
    .toLowerCase()
    .replace(/\p{Cc}/gu, '\u{FFFD}');
}
