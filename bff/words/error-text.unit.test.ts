import { expect, it } from 'vitest';
import { errorText } from './error-text.ts';

it('an error is called recorded only when the server has a reference for it', () => {
  expect(errorText('4711')).toBe('We have recorded the problem (reference 4711).');
  expect(errorText(undefined)).toContain('The problem was not recorded.');
});
