import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createGuard,
  type GuardOptions,
  guardRequests,
  PICTURE_FORM_BYTES,
  type Refusal,
} from './request-guard.ts';

const KIB = 1024;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A guarded server that answers 200 and notes what it was passed. Tokens are valid when they say so. */
async function serve(options: Partial<GuardOptions> = {}) {
  const passed: string[] = [];
  const refused: Refusal[] = [];
  const held: (() => void)[] = [];
  const guard = createGuard(
    {
      publicOrigin: undefined,
      behindProxy: false,
      isSignedIn: async (token) => token === 'valid',
      onRefused: (refusal) => refused.push(refusal),
      ...options,
    },
    (sent, response) => {
      passed.push(`${sent.method} ${sent.url}`);
      if (sent.headers['x-hold'] === undefined) response.end('ok');
      else held.push(() => response.end('ok'));
    },
  );
  const server = createServer(guard);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, passed, refused, held };
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** Sends the head of a request and no body: only a server that does not wait for the body can answer. */
function sendHead(
  port: number,
  { method = 'POST', path = '/sell', headers = {} }: Sent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      response.resume();
      response.on('end', () => sent.destroy());
      resolve(response);
    });
    sent.on('error', reject);
    sent.flushHeaders();
    if (headers['content-length'] === undefined) sent.end();
  });
}

const bytes = (count: number) => ({ 'content-length': String(count) });
const signedIn = { cookie: 'other=1; gavel_access=valid' };

describe('a body', () => {
  it.each([
    ['of a stranger', { ...bytes(300 * KIB) }, 401],
    ['of somebody with a forged token', { ...bytes(300 * KIB), cookie: 'gavel_access=forged' }, 401],
    ['above 32 MiB', { ...bytes(PICTURE_FORM_BYTES + 1), ...signedIn }, 413],
    ['of unknown length', { 'transfer-encoding': 'chunked', ...signedIn }, 411],
  ])('of the form with pictures is not read: %s', async (_, headers, status) => {
    const { port, passed, refused } = await serve();
    const response = await sendHead(port, { headers });
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    expect([passed, refused.map((refusal) => refusal.status)]).toEqual([[], [status]]);
  });

  it.each(['/', '/sign-in', '/items/1', '/sell/x'])(
    'above 256 KiB is not read on a path that needs less: %s',
    async (path) => {
      const { port, passed } = await serve();
      expect((await sendHead(port, { path, headers: { ...bytes(257 * KIB), ...signedIn } })).statusCode).toBe(
        413,
      );
      expect(passed).toEqual([]);
    },
  );

  it.each([
    ['a stranger’s small form', '/sign-in', { ...bytes(KIB) }],
    ['pictures of a person', '/sell', { ...bytes(31_000 * KIB), ...signedIn }],
    [
      'pictures of a person on https',
      '/items/1/edit',
      { ...bytes(31_000 * KIB), cookie: '__Host-gavel_access=valid' },
    ],
    [
      'pictures of a person whose token must be renewed',
      '/sell',
      { ...bytes(9_000 * KIB), cookie: 'gavel_refresh=r' },
    ],
  ])('is passed on: %s', async (_, path, headers) => {
    const { port, passed } = await serve();
    expect((await sendHead(port, { path, headers })).statusCode).toBe(200);
    expect(passed).toEqual([`POST ${path}`]);
  });

  it('is refused while too many are on their way, and accepted again afterwards', async () => {
    const { port, held, passed } = await serve();
    const headers = { ...bytes(30_000 * KIB), cookie: 'gavel_refresh=r', 'x-hold': '1' };
    const first = sendHead(port, { headers });
    const second = sendHead(port, { headers });
    await expect.poll(() => passed.length).toBe(2);
    const third = await sendHead(port, { headers });
    expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '5']);
    expect((await sendHead(port, { headers: { ...bytes(30_000 * KIB), ...signedIn } })).statusCode).toBe(200);
    for (const release of held) release();
    await Promise.all([first, second]);
    await expect
      .poll(
        async () =>
          (await sendHead(port, { headers: { ...bytes(30_000 * KIB), cookie: 'gavel_refresh=r' } }))
            .statusCode,
      )
      .toBe(200);
  });

  it('of somebody whose token cannot be checked has the small budget, and the service checks the token', async () => {
    const { port, passed } = await serve({
      isSignedIn: () => Promise.reject(new Error('auth does not answer')),
    });
    expect((await sendHead(port, { headers: { ...bytes(300 * KIB), ...signedIn } })).statusCode).toBe(200);
    expect(passed).toEqual(['POST /sell']);
  });
});

describe('a target', () => {
  it.each([
    ['OPTIONS', '*'],
    ['GET', 'http://other.example/'],
    ['GET', '/items/%E0%A4%A'],
    ['TRACE', '/'],
  ])('that is no path of this site answers 400: %s %s', async (method, path) => {
    const { port, passed } = await serve();
    expect((await sendHead(port, { method, path })).statusCode).toBe(400);
    expect(passed).toEqual([]);
  });

  it('has the public host, when there is one', async () => {
    const { port, passed } = await serve({ publicOrigin: 'https://gavel.example' });
    const get = (path: string, headers: Record<string, string>) =>
      sendHead(port, { method: 'GET', path, headers });
    for (const host of ['evil.example', '127.0.0.1:3000', 'gavel.example.evil.example'])
      expect((await get('/', { host })).statusCode).toBe(421);
    expect((await get('/', { host: 'evil.example', 'x-forwarded-host': 'gavel.example' })).statusCode).toBe(
      421,
    );
    expect(passed).toEqual([]);
    expect((await get('/', { host: 'gavel.example' })).statusCode).toBe(200);
    expect((await get('/readyz', { host: '10.0.0.7:3000' })).statusCode).toBe(200);
    const behind = await serve({ publicOrigin: 'https://gavel.example', behindProxy: true });
    const through = { host: '10.0.0.7:3000', 'x-forwarded-host': 'gavel.example' };
    expect((await sendHead(behind.port, { method: 'GET', headers: through })).statusCode).toBe(200);
  });
});

it('a server that Next opens is guarded from its first request', async () => {
  guardRequests({
    publicOrigin: 'https://gavel.example',
    behindProxy: false,
    isSignedIn: async () => false,
    onRefused: () => undefined,
  });
  const server = createServer((_, response) => response.end('ok'));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const [host, status] of [
    ['evil.example', 421],
    ['gavel.example', 200],
  ] as const)
    expect((await sendHead(port, { method: 'GET', headers: { host } })).statusCode).toBe(status);
});
