/** What users enter when they register, besides e-mail address and password. */
export interface PersonDetails {
  fullName: string;
  /** ISO 3166-1 alpha-2 in upper case, or empty. */
  countryCode: string;
  phoneNumber: string;
}

/** The details as they are stored: without white space at their ends. The name is read by `readTypedText`, before this. */
export function tidyDetails(given: PersonDetails): PersonDetails {
  return {
    fullName: given.fullName,
    countryCode: given.countryCode.toUpperCase(),
    phoneNumber: given.phoneNumber.trim(),
  };
}

/** Text without its control characters. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '');
}
