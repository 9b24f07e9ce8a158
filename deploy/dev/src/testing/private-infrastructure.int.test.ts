import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import amqp from 'amqplib';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Infrastructure, ServerName } from '../infrastructure/infrastructure.ts';
import { createVhost, deleteVhost } from '../infrastructure/rabbitmq-management.ts';
import { isAlive } from '../process-control/process-table.ts';
import { startTestInfrastructure } from './private-infrastructure.ts';

describe('a private infrastructure', () => {
  let infrastructure: Infrastructure;

  beforeAll(async () => {
    infrastructure = await startTestInfrastructure({ fsync: true, nats: true });
  }, 300_000);

  afterAll(async () => {
    await infrastructure?.stop();
  }, 60_000);

  const servers = () => {
    if (infrastructure.servers === undefined) throw new Error('expected private servers');
    return infrastructure.servers;
  };

  const killAndRestart = async (name: ServerName) => {
    const server = servers()[name];
    if (server === undefined) throw new Error(`${name} was not started`);
    const before = server.pid;
    const ended = server.exited();
    await server.kill();
    expect(await ended).toMatchObject({ signal: 'SIGKILL', expected: true });
    expect(server.pid).toBeNull();
    expect(isAlive(before ?? 0)).toBe(false);
    await server.start();
    expect(server.pid).not.toBe(before);
  };

  const query = async (sql: string) => {
    const client = new pg.Client(infrastructure.urls.postgresUrl);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  test('Postgres keeps committed rows after a kill -9 and a restart on the same port', async () => {
    await query('create table kept (value text)');
    await query("insert into kept values ('committed')");
    await killAndRestart('postgres');
    expect(await query('select value from kept')).toEqual([{ value: 'committed' }]);
    await servers().postgres.stop();
    await servers().postgres.start();
    expect(await query('select value from kept')).toEqual([{ value: 'committed' }]);
  }, 60_000);

  test('RabbitMQ keeps confirmed stream messages after a kill -9 and a restart on the same port', async () => {
    const stream = { durable: true, arguments: { 'x-queue-type': 'stream' } };
    const first = await amqp.connect(infrastructure.urls.amqpUrl);
    // The connection fails when the broker is killed. Without a listener that would be an uncaught exception.
    first.on('error', () => undefined);
    const channel = await first.createConfirmChannel();
    channel.on('error', () => undefined);
    await channel.assertQueue('kept', stream);
    channel.sendToQueue('kept', Buffer.from('confirmed'), { persistent: true });
    await channel.waitForConfirms();

    await killAndRestart('rabbitmq');

    // The broker accepts connections before it has elected a new leader of the stream.
    const body = await vi.waitFor(() => firstMessage(infrastructure.urls.amqpUrl, 'kept'), {
      timeout: 20_000,
      interval: 250,
    });
    expect(body).toBe('confirmed');
  }, 90_000);

  test('Redis answers on the same URL after a kill -9 and a restart', async () => {
    const before = new Redis(infrastructure.urls.redisUrl, { retryStrategy: () => null });
    before.on('error', () => undefined);
    await before.set('kept', 'yes');
    before.disconnect();
    await killAndRestart('redis');
    const after = new Redis(infrastructure.urls.redisUrl);
    expect(await after.ping()).toBe('PONG');
    after.disconnect();
  }, 60_000);

  test('NATS keeps acknowledged JetStream messages after a kill -9 and a restart on the same port', async () => {
    const open = async () => {
      const url = new URL(infrastructure.urls.natsUrl ?? '');
      return connect({ servers: url.host, user: url.username, pass: url.password });
    };
    const before = await open();
    const manager = await jetstreamManager(before);
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    await jetstream(before).publish('kept', 'acknowledged');
    await before.close();
    await killAndRestart('nats');
    const after = await open();
    const message = await (await jetstreamManager(after)).streams.getMessage('KEPT', {
      last_by_subj: 'kept',
    });
    expect(message?.string()).toBe('acknowledged');
    await after.close();
  }, 30_000);

  test.each<ServerName>(['postgres', 'rabbitmq', 'redis', 'nats'])(
    'a start of %s that is stopped meanwhile fails, and starts nothing afterwards',
    async (name) => {
      const server = servers()[name];
      if (server === undefined) throw new Error(`${name} was not started`);
      await server.kill();
      const started = server.start().then(
        () => 'started',
        () => 'failed',
      );
      await server.stop();
      expect(await started).toBe('failed');
      expect(server.pid).toBeNull();
      await server.start();
      expect(server.pid).not.toBeNull();
    },
    120_000,
  );

  test('a private vhost is created, used and removed through the management API', async () => {
    const urls = await createVhost(infrastructure.urls, 'a test/vhost');
    const connection = await amqp.connect(urls.amqpUrl);
    await connection.close();
    await deleteVhost(infrastructure.urls.managementUrl, 'a test/vhost');
    await expect(amqp.connect(urls.amqpUrl)).rejects.toThrow();
  }, 30_000);

  test('no server listens outside loopback, and none runs as root', async () => {
    const listening = (await execa('ss', ['-ltnpH'])).stdout.split('\n');
    const pids = Object.values(servers()).map((server) => `pid=${server.pid},`);
    const ours = listening.filter((line) => pids.some((pid) => line.includes(pid)));
    expect(ours.length).toBeGreaterThanOrEqual(7);
    for (const line of ours) expect(line.trim().split(/\s+/)[3]).toMatch(/^127\.0\.0\.1:/);
    for (const server of Object.values(servers())) {
      const owner = (await execa('ps', ['-o', 'uid=', '-p', String(server.pid)])).stdout.trim();
      expect(owner).not.toBe('0');
    }
  });
});

async function firstMessage(amqpUrl: string, stream: string): Promise<string> {
  const connection = await amqp.connect(amqpUrl);
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.prefetch(1);
    return await new Promise<string>((resolve, reject) => {
      channel
        .consume(stream, (message) => resolve(message?.content.toString() ?? ''), {
          arguments: { 'x-stream-offset': 'first' },
        })
        .catch(reject);
    });
  } finally {
    await connection.close();
  }
}
