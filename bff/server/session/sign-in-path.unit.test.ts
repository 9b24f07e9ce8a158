import { describe, expect, it } from 'vitest';
import { endingFrom, returnPath, signInPath } from './sign-in-path.ts';

describe('the sign-in page', () => {
  it('leads back and explains known reasons only', () => {
    expect(signInPath('/dashboard')).toBe('/sign-in?next=%2Fdashboard');
    expect(signInPath('/sell', 'SESSION_REVOKED')).toBe('/sign-in?next=%2Fsell&ended=SESSION_REVOKED');
    expect(endingFrom('made up')).toBeUndefined();
    expect(endingFrom(['SESSION_REVOKED'])).toBeUndefined();
  });
});

describe('return path', () => {
  it.each([
    '/',
    '/dashboard',
    '/items/0190-aa?from=home',
    '/?category=art&page_token=abc%3D%3D',
    '/sell#form',
    '/items/a%20b',
    '/search?q=a//b',
  ])('goes to %s', (path) => {
    expect(returnPath(path)).toBe(path);
  });

  it.each([
    ['/items/é?q=часы', '/items/%C3%A9?q=%D1%87%D0%B0%D1%81%D1%8B'],
    ['/items/a b', '/items/a%20b'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('is written in ASCII, as headers are: %s', (path, written) => {
    expect(returnPath(path)).toBe(written);
  });

  it.each([
    ['another origin', 'https://evil.example/'],
    ['a scheme', 'javascript:alert(1)'],
    ['no slash', 'dashboard'],
    ['nothing', ''],
    ['a scheme-relative URL', '//evil.example'],
    ['three slashes', '///evil.example'],
    ['a backslash', '/\\evil.example'],
    ['two backslashes', '\\\\evil.example'],
    ['slash, backslash, slash', '/\\/evil.example'],
    ['a tab between slashes', '/\t/evil.example'],
    ['a newline between slashes', '/\n/evil.example'],
    ['a carriage return between slashes', '/\r/evil.example'],
    ['a leading space', ' //evil.example'],
    ['a null character', '/\0/evil.example'],
    ['an encoded slash', '/%2fevil.example'],
    ['an encoded backslash', '/%5cevil.example'],
    ['an encoded tab', '/%09/evil.example'],
    ['an encoded newline', '/%0a/evil.example'],
    ['a doubly encoded backslash', '/%255cevil.example'],
    ['a dot segment before two slashes', '/.//evil.example'],
    ['a parent segment before two slashes', '/a/..//evil.example'],
    ['an encoded dot segment', '/%2e//evil.example'],
    ['broken encoding', '/%zz%ff'],
    ['endless encoding', `/%${'25'.repeat(20)}5cevil.example`],
    ['a very long path', `/${'a'.repeat(3000)}`],
  ])('goes to the home page instead of %s', (_, path) => {
    expect(returnPath(path)).toBe('/');
  });

  it('goes to the home page for a value that is not a string', () => {
    for (const value of [undefined, null, ['/dashboard', '/'], 5, { toString: () => '/dashboard' }])
      expect(returnPath(value)).toBe('/');
  });
});
