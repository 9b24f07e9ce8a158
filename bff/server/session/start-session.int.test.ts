import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from './start-session.ts';

// A server with auth's contract that records what it receives. The counting itself is tested in services/auth.
describe('a sign-up', () => {
  let server: Server;
  const received: (string | null)[] = [];

  beforeAll(async () => {
    const routes = connectNodeAdapter({
      routes: (router) =>
        router.service(AuthService, {
          register: (_, { requestHeader }) => {
            received.push(requestHeader.get('x-forwarded-for'));
            return { userId: 'user-1' };
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

  it('tells auth the address of the person, so that auth does not count it as this site’s', async () => {
    const details = { email: 'ann@example.com', password: 'correct horse' };
    for (const ipAddress of ['203.0.113.7', '2001:db8::1', ''])
      expect(await createAccount(details, { ipAddress, userAgent: 'test' })).toMatchObject({ ok: true });
    expect(received).toEqual(['203.0.113.7', '2001:db8::1', null]);
  });
});
