import { expect, it } from 'vitest';
import { normaliseEmail } from './email-address.ts';

it.each([
  ['  Ann@Example.COM ', 'ann@example.com'],
  ['jose\u0301@example.com', 'jos\u00e9@example.com'],
  ['a\u0000b@example.com', 'a\ufffdb@example.com'],
])('the normal form of %j is %j', (given, expected) => {
  expect(normaliseEmail(given)).toBe(expected);
  expect(normaliseEmail(expected)).toBe(expected);
});
