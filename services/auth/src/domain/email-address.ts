/**
 * The one form in which an e-mail address is stored, looked up and counted: without surrounding space, in Unicode
 * normal form C, lower case. Control characters become U+FFFD: Postgres refuses NUL in text, and an address
 * with one must simply be unknown.
 */
export function normaliseEmail(email: string): string {
  return email
    .trim()
    .normalize('NFC')
    .toLowerCase()
    .replace(/\p{Cc}/gu, '\u{FFFD}');
}
