import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { NextRequest } from 'next/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { config, proxy } from './proxy.ts';

const NOW = Math.floor(Date.now() / 1000);
const token = (secondsLeft: number): string =>
  `e30.${Buffer.from(JSON.stringify({ sub: 'user-1', exp: NOW + secondsLeft })).toString('base64url')}.c2ln`;

const refusal = (reason: string) =>
  new ConnectError('refused', Code.Unauthenticated, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: 'gavel' } },
  ]);

// A server with auth's contract whose answers the tests choose. The real one is tested in services/auth and end to end.
describe('the proxy', () => {
  let server: Server;
  let answer: () => Promise<{ accessToken: string; refreshToken: string }>;
  let received: string[];

  beforeAll(async () => {
    const routes = connectNodeAdapter({
      routes: (router) =>
        router.service(AuthService, {
          refresh: ({ refreshToken }) => {
            received.push(refreshToken);
            return answer();
          },
        }),
    });
    server = createServer(routes);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.AUTH_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  beforeEach(() => {
    received = [];
    answer = async () => ({ accessToken: token(900), refreshToken: 'r2' });
  });

  const visit = (cookie: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
    proxy(
      new NextRequest('http://127.0.0.1:3000/dashboard', {
        ...init,
        headers: { host: '127.0.0.1:3000', cookie, ...init.headers },
      }),
    );
  const forwarded = (response: Response, name: string) =>
    response.headers.get(`x-middleware-request-${name}`);

  it('renews an expired access token for the browser and for the page of the same request', async () => {
    const response = await visit(`gavel_access=${token(-600)}; gavel_refresh=r1; other=kept`);
    expect(received).toEqual(['r1']);
    expect(response.cookies.get('gavel_access')).toMatchObject({
      value: token(900),
      httpOnly: true,
      sameSite: 'lax',
    });
    expect(response.cookies.get('gavel_refresh')).toMatchObject({ value: 'r2', httpOnly: true });
    expect(forwarded(response, 'cookie')).toBe(`gavel_access=${token(900)}; gavel_refresh=r2; other=kept`);
  });

  it('calls auth once for parallel requests with the same token', async () => {
    const both = await Promise.all([visit('gavel_refresh=r1'), visit('gavel_refresh=r1')]);
    expect(received).toEqual(['r1']);
    for (const response of both) expect(response.cookies.get('gavel_refresh')?.value).toBe('r2');
  });

  it('changes no cookies for a valid sign-in or a guest', async () => {
    for (const cookie of [`gavel_access=${token(900)}; gavel_refresh=r1`, '', 'other=kept']) {
      const response = await visit(cookie);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    expect(received).toEqual([]);
  });

  it.each(['SESSION_EXPIRED', 'SESSION_REVOKED', 'REFRESH_TOKEN_REUSED'])(
    'removes both cookies after %s, so that no redirect loop starts, and tells the page why',
    async (reason) => {
      answer = async () => {
        throw refusal(reason);
      };
      const response = await visit(`gavel_access=${token(-600)}; gavel_refresh=r1; other=kept`);
      for (const name of ['gavel_access', 'gavel_refresh'])
        expect(response.cookies.get(name)).toMatchObject({ value: '', expires: new Date(0) });
      expect(forwarded(response, 'cookie')).toBe('other=kept');
      expect(forwarded(response, 'x-gavel-session-ended')).toBe(reason);
    },
  );

  it('signs nobody out while auth is unavailable', async () => {
    for (const error of [
      new ConnectError('down', Code.Unavailable),
      refusal('INTERNAL'),
      refusal('UNAVAILABLE'),
    ]) {
      answer = async () => {
        throw error;
      };
      const cookie = `gavel_access=${token(-600)}; gavel_refresh=r1`;
      const response = await visit(cookie);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(forwarded(response, 'cookie')).toBe(cookie);
    }
  });

  it('ignores a reason that the browser sent', async () => {
    const response = await visit('', { headers: { 'x-gavel-session-ended': 'SESSION_REVOKED' } });
    expect(forwarded(response, 'x-gavel-session-ended')).toBeNull();
  });

  it('refuses a form from another site, without renewing the sign-in', async () => {
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      const response = await visit('gavel_refresh=r1', { method: 'POST', headers });
      expect(response.status).toBe(403);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    expect(received).toEqual([]);
  });

  it('runs before every page, also before the one for a picture that does not exist', () => {
    const matches = (path: string) => config.matcher.some((each) => new RegExp(`^${each}$`).test(path));
    for (const path of ['/', '/items/1', '/pictures/x', '/pictures/x/y', '/pictures/', '/healthz2'])
      expect(matches(path), path).toBe(true);
    for (const path of ['/pictures/clock.svg', '/pictures/ab/320.webp', '/healthz', '/_next/static/x.js'])
      expect(matches(path), path).toBe(false);
  });

  it('gives every page a policy with a new nonce', async () => {
    const [one, two] = [await visit(''), await visit('')].map((r) =>
      r.headers.get('content-security-policy'),
    );
    expect(one).toMatch(/script-src 'self' 'nonce-[0-9a-f]{32}' 'strict-dynamic'/);
    expect(one).not.toBe(two);
  });
});
