import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { jetstreamManager } from '@nats-io/jetstream';
import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeOperator,
  encodeUser,
  fmtCreds,
} from '@nats-io/jwt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MirroredEvent } from '../../application/ports.ts';
import { type NatsServers, prepareNatsServers } from '../../testing/nats-servers.ts';
import { itemIn } from '../../testing/numbered-bids.ts';
import { selfSigned } from '../../testing/self-signed.ts';
import { connectOnce, type NatsFiles } from './connect-once.ts';
import { createJetStreamMirror } from './jetstream-mirror.ts';

const PARTITION = 'gavel.bids-0';
const WAIT = { timeout: 60_000, interval: 100 };

describe('a mirror on a NATS server that', () => {
  let servers: NatsServers;
  afterEach(() => servers.stop());

  const item = itemIn(PARTITION);
  const event = (offset: number): MirroredEvent => {
    const { envelope, body } = bidMessage({ itemId: item, userId: item }, offset + 1);
    return { offset: BigInt(offset), envelope, headers: {}, body };
  };
  const events = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => event(from + i));

  const open = (url: string, files: NatsFiles = {}, replicas = 1) =>
    createJetStreamMirror({ stream: 'gavel.bids', url, files, maxBytes: 10_000_000, replicas }).open();

  /** Creates the stream over such a connection, writes to it, and reads its positions. */
  const expectMirroring = async (url: string, files: NatsFiles = {}) => {
    const first = await open(url, files);
    await first.append(PARTITION, events(0, 3), new Map());
    await first.close();
    const next = await open(url, files);
    expect(next.positions.get(PARTITION)).toMatchObject({ offset: 2n });
    await next.close();
  };

  it('requires a token', async () => {
    servers = await prepareNatsServers(1);
    await servers.start('authorization { token: "s3cr/t" }');
    const [host] = servers.hosts;
    await expectMirroring(`nats://${encodeURIComponent('s3cr/t')}@${host}`);
    await expect(open(`nats://${host}`)).rejects.toThrow(/authorization/i);
  });

  it('requires TLS and client certificates', async () => {
    servers = await prepareNatsServers(1);
    const [server, client] = [selfSigned(), selfSigned()];
    const caFile = await servers.keepFile('server.pem', server.cert);
    const certFile = await servers.keepFile('client.pem', client.cert);
    const keyFile = await servers.keepFile('client.key', client.key);
    const serverKey = await servers.keepFile('server.key', server.key);
    await servers.start(
      `authorization { user: gavel, password: pass }
       tls { cert_file: "${caFile}", key_file: "${serverKey}", ca_file: "${certFile}", verify: true }`,
    );
    // The URL has a host name, because the client accepts no certificate for an address.
    const url = `tls://gavel:pass@${servers.hosts[0]?.replace('127.0.0.1', 'localhost')}`;
    await expectMirroring(url, { caFile, certFile, keyFile });
    // Without the client's certificate, and without the authority of the server's certificate.
    await expect(open(url, { caFile })).rejects.toThrow();
    await expect(open(url, { certFile, keyFile })).rejects.toThrow();
    await expect(open(url, { caFile, certFile, keyFile: `${keyFile}.gone` })).rejects.toThrow();
  });

  it('has accounts: the credentials file is read for each connection', async () => {
    servers = await prepareNatsServers(1);
    const [operator, account, user] = [createOperator(), createAccount(), createUser()];
    const unlimited = {
      ...{ conn: -1, subs: -1, payload: -1, data: -1, imports: -1, exports: -1, wildcards: true },
      ...{ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
    };
    const accountJwt = await encodeAccount('gavel', account, { limits: unlimited }, { signer: operator });
    const system = createAccount();
    const systemJwt = await encodeAccount('system', system, {}, { signer: operator });
    await servers.start(
      `operator: ${await encodeOperator('test', operator)}
       system_account: ${system.getPublicKey()}
       resolver: MEMORY
       resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`,
    );
    const url = `nats://${servers.hosts[0]}`;
    const credentials = fmtCreds(await encodeUser('bridge', user, account), user);
    const credentialsFile = await servers.keepFile('bridge.creds', 'nothing yet');
    await expect(open(url, { credentialsFile })).rejects.toThrow();
    await servers.keepFile('bridge.creds', credentials);
    await expectMirroring(url, { credentialsFile });
  });

  it('has no cluster refuses more than one copy', async () => {
    servers = await prepareNatsServers(1);
    await servers.start('');
    await expect(open(`nats://${servers.hosts[0]}`, {}, 3)).rejects.toThrow(/replicas/i);
  });

  it('is part of a cluster keeps three copies in one unbroken chain, even after a server has died', async () => {
    servers = await prepareNatsServers(6);
    const [clients, routes] = [servers.hosts.slice(0, 3), servers.hosts.slice(3)];
    const mesh = routes.map((host) => `nats://${host}`).join(', ');
    await servers.start(...routes.map((host) => `cluster { name: c, listen: "${host}", routes: [${mesh}] }`));
    const url = clients.map((host) => `nats://${host}`).join(',');
    // A cluster has to elect a leader first.
    const session = await vi.waitFor(() => open(url, {}, 3), WAIT);
    await session.append(PARTITION, events(0, 400), new Map());
    await session.close();
    await servers.kill(0);
    const next = await vi.waitFor(() => open(url, {}, 3), WAIT);
    expect(next.positions.get(PARTITION)).toMatchObject({ offset: 399n });
    await vi.waitFor(() => next.append(PARTITION, events(400, 500), new Map()), WAIT);
    await next.close();
    const connection = await connectOnce(url, 'test');
    const { config, state } = await (await jetstreamManager(connection)).streams.info('GAVEL_BIDS');
    expect([config.num_replicas, state.messages]).toEqual([3, 500]);
    await connection.close();
  });
});
