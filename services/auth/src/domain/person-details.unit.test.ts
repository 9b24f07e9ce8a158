import { expect, it } from 'vitest';
import { tidyDetails } from './person-details.ts';

it('details have no white space at their ends, and the country is in upper case', () => {
  const given = { fullName: 'Ann Lee', countryCode: 'de', phoneNumber: ' +49 30 1 ' };
  expect(tidyDetails(given)).toEqual({ fullName: 'Ann Lee', countryCode: 'DE', phoneNumber: '+49 30 1' });
});
