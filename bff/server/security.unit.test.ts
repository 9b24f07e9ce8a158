import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, ownOrigin } from './security.ts';

const HOST = '127.0.0.1:3000';
const post = (origin?: string, host = HOST) => ({
  method: 'POST',
  headers: new Headers({ host, ...(origin === undefined ? {} : { origin }) }),
});

describe('a changing request', () => {
  it.each([
    ['from the same host', `http://${HOST}`, undefined, HOST],
    [
      'from the public origin behind a proxy',
      'https://gavel.example',
      'https://gavel.example',
      'gavel.example',
    ],
  ])('is accepted %s', (_, origin, publicOrigin, host) => {
    expect(ownOrigin(post(origin), publicOrigin)).toEqual({ ok: true, host });
  });

  it.each([
    ['without an origin', undefined],
    ['with the origin “null”', 'null'],
    ['from a malformed origin', 'http://'],
    ['from another site', 'https://evil.example'],
    ['from another port', 'http://127.0.0.1:4000'],
    ['from the public host over http', 'http://gavel.example'],
    ['from a file', 'file:///etc/passwd'],
  ])('is refused %s', (_, origin) => {
    expect(ownOrigin(post(origin), 'https://gavel.example')).toEqual({ ok: false });
  });

  it('does not include a GET: it is accepted from every origin', () => {
    const visit = { method: 'GET', headers: new Headers({ origin: 'https://evil.example' }) };
    expect(ownOrigin(visit, undefined)).toEqual({ ok: true });
  });
});

describe('content security policy', () => {
  it('allows only scripts with the nonce, and no frames', () => {
    const policy = contentSecurityPolicy({ nonce: 'abc', secure: true, development: false });
    expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain('upgrade-insecure-requests');
    expect(policy).not.toContain('unsafe');
  });
});
