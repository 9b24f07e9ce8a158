import { expect, it } from 'vitest';
import { tidyDetails } from './person-details.ts';

it('details are stored without control characters and surrounding space, the country in upper case', () => {
  const given = { fullName: ' Ann\u0000 Lee\n', countryCode: 'de', phoneNumber: ' +49 30 1 ' };
  expect(tidyDetails(given)).toEqual({ fullName: 'Ann Lee', countryCode: 'DE', phoneNumber: '+49 30 1' });
  expect(tidyDetails({ ...given, fullName: '\u0000 ' }).fullName).toBe('');
});
