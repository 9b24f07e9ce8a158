import { expect, it } from 'vitest';
import { createCommonPasswords } from './common-passwords.ts';

const isCommon = createCommonPasswords();

it.each(['password', '12345678', 'password123', 'iloveyou', 'qwertyuiop', 'trustno1'])(
  '%j is common',
  (password) => {
    expect(isCommon(password)).toBe(true);
  },
);

it.each(['correct horse', 'gavel-demo-only', 'x7#qm2!p'])('%j is not common', (password) => {
  expect(isCommon(password)).toBe(false);
});
