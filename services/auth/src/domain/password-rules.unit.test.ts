import { describe, expect, it } from 'vitest';
import { findPasswordProblem } from './password-rules.ts';

const owner = { email: 'Ann.Lee@posteo.example', fullName: 'Ann Zoë Lee' };
const isCommon = (password: string): boolean => ['password', 'tr0ub4dor&3'].includes(password);
const problemOf = (password: string): string | undefined => findPasswordProblem(password, owner, isCommon);

describe('a new password', () => {
  it.each([
    ['seven77', 'short'],
    // Eight code points, four letters.
    ['e\u0301e\u0301e\u0301e\u0301', 'short'],
    ['password', 'common'],
    ['PassWord', 'common'],
    ['ｐａｓｓｗｏｒｄ', 'common'],
    ['aaaaaaaa', 'pattern'],
    ['        ', 'pattern'],
    ['1212121212', 'pattern'],
    ['23456789', 'pattern'],
    ['hgfedcba', 'pattern'],
    ['ann.lee@posteo.example', 'personal'],
    ['Ann.Lee@posteo.example1', 'personal'],
    ['Ann Zoë Lee', 'personal'],
    ['lee-ann-2026', 'personal'],
    ['gavel2026!', 'personal'],
    ['GavelGavel', 'personal'],
  ])('%j is refused: %s', (password, problem) => {
    expect(problemOf(password)).toBe(problem);
  });

  it.each([
    'correct horse',
    'gavel-demo-only',
    'a hammer for ann',
    '🐴🔋📎✅🐴🔋📎!',
    'ябълка-круша',
    'x7#Qm2!p',
    'mississippi',
  ])('%j is accepted', (password) => {
    expect(problemOf(password)).toBeUndefined();
  });

  it('is accepted from a person without a usable name or address', () => {
    expect(findPasswordProblem('x7#Qm2!p', { email: '', fullName: 'Li' }, isCommon)).toBeUndefined();
  });
});
