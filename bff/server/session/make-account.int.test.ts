import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAccount } from './make-account.ts';

// A server of auth's contract that notes what reaches it; how auth counts by it is under test in services/auth.
describe('a sign-up', () => {
  let server: Server;
  const heard: (string | null)[] = [];

  beforeAll(async () => {
    const routes = connectNodeAdapter({
      routes: (router) =>
        router.service(AuthService, {
          register: (_, { requestHeader }) => {
            heard.push(requestHeader.get('x-forwarded-for'));
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

  it('is counted by auth under the address of the person, not under that of this site', async () => {
    const details = { email: 'ann@example.com', password: 'correct horse' };
    for (const ipAddress of ['203.0.113.7', '2001:db8::1', ''])
      expect(await makeAccount(details, { ipAddress, userAgent: 'test' })).toMatchObject({ ok: true });
    expect(heard).toEqual(['203.0.113.7', '2001:db8::1', null]);
  });
});
