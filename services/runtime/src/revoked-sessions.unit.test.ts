import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  REVOKED_SESSIONS_PATH,
  type RevokedSessions,
  type RevokedSessionsAnswer,
  startRevokedSessions,
} from './revoked-sessions.ts';

// A server in place of auth that holds each request until the test answers it. The real one is tested in services/auth.
let server: Server;
let revoked: RevokedSessions;
let asked: { after: string | null; response: ServerResponse }[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(String(request.url), 'http://localhost');
    expect(pathname).toBe(REVOKED_SESSIONS_PATH);
    asked.push({ after: searchParams.get('after'), response });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  revoked = startRevokedSessions(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await revoked.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Waits for the next request, answers it, and returns its cursor. */
async function answer(
  status: number,
  body: RevokedSessionsAnswer | object,
): Promise<string | null | undefined> {
  await expect.poll(() => asked.length).toBe(1);
  const request = asked.shift();
  request?.response.writeHead(status).end(JSON.stringify(body));
  return request?.after;
}

const later = Date.now() + 3600_000;
const list = (cursor: string, ...ids: string[]): RevokedSessionsAnswer => ({
  cursor,
  complete: cursor === 'a',
  sessions: ids.map((id) => ({ id, until: later })),
});

describe('the revoked sessions of a service', () => {
  it('are asked for from the last answer on, and stay', async () => {
    let known = false;
    const first = revoked.known().then(() => (known = true));
    expect(known).toBe(false);
    expect(await answer(200, list('a', 's1'))).toBe('');
    await first;
    expect([revoked.has('s1'), revoked.has('s2')]).toEqual([true, false]);
    expect(await answer(200, list('b', 's2'))).toBe('a');
    expect(await answer(200, list('b'))).toBe('b');
    await expect.poll(() => asked.length).toBe(1);
    expect([revoked.has('s1'), revoked.has('s2')]).toEqual([true, true]);
  });

  it('stay while auth fails or answers something else, and the same request is repeated', async () => {
    await answer(200, list('a', 's1'));
    expect(await answer(503, {})).toBe('a');
    expect(await answer(200, { keys: [] })).toBe('a');
    expect(revoked.has('s1')).toBe(true);
    expect(await answer(200, list('b', 's2'))).toBe('a');
    await expect.poll(() => revoked.has('s2')).toBe(true);
  });

  it('are forgotten when their access tokens have expired', async () => {
    await answer(200, list('a', 's1'));
    await revoked.known();
    vi.useFakeTimers({ toFake: ['Date'], now: later + 1 });
    try {
      await answer(200, list('b'));
      await expect.poll(() => revoked.has('s1')).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });
});
