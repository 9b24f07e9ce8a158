/** What a person says of themselves at sign-up, beside e-mail and password. */
export interface PersonDetails {
  fullName: string;
  /** ISO 3166-1 alpha-2 in upper case, or empty. */
  countryCode: string;
  phoneNumber: string;
}

/**
 * The details as they are stored: without control characters (Postgres refuses NUL) and surrounding space. The name
 * may come out empty, which a caller refuses.
 */
export function tidyDetails(given: PersonDetails): PersonDetails {
  return {
    fullName: printable(given.fullName).trim(),
    countryCode: given.countryCode.toUpperCase(),
    phoneNumber: given.phoneNumber.trim(),
  };
}

/** Text without its control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}
