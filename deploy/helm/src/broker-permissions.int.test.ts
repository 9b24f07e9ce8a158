import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVhost, deleteVhost, managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { nodeProcess } from '@gavel/dev/process-control/node-process';
import { projectRoot } from '@gavel/dev/project-root';
import {
  type DatabaseUrls,
  dropDatabases,
  ensureDatabases,
  migrateDatabases,
  newPasswords,
} from '@gavel/dev/system/databases';
import { processEnvironment } from '@gavel/dev/system/process-environment';
import { freePorts } from '@gavel/dev/testing/free-ports';
import { findProcess, type GavelProcess, type ProcessName, processes } from '@gavel/processes';
import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { render } from './render.ts';

// Starts programs with users that have only the permissions that the chart gives them, on a real broker.

interface PermissionSpec {
  readonly userReference: { readonly name: string };
  readonly permissions: { readonly configure: string; readonly write: string; readonly read: string };
}

const vhost = `chart-${randomUUID()}`;
const suffix = `_chart_${randomUUID().slice(0, 8)}`;
const directory = mkdtempSync(join(tmpdir(), 'gavel-chart-'));
const users = new Map<ProcessName, string>();
const stops: (() => Promise<void>)[] = [];
let databaseUrls: DatabaseUrls;
let ports: Record<ProcessName, number>;

beforeAll(async () => {
  const { managementUrl, postgresUrl } = inject('infrastructure');
  await createVhost(inject('infrastructure'), vhost);
  for (const { kind, spec } of await render('values-production.yaml', { set: ['nats.enabled=true'] })) {
    if (kind !== 'Permission') continue;
    const { userReference, permissions } = spec as PermissionSpec;
    const name = userReference.name.replace(/^gavel-/, '') as ProcessName;
    const user = `${name}-${randomUUID()}`;
    await managementRequest(managementUrl, 'PUT', `/api/users/${user}`, { password: user, tags: '' });
    await managementRequest(
      managementUrl,
      'PUT',
      `/api/permissions/${encodeURIComponent(vhost)}/${user}`,
      permissions,
    );
    users.set(name, user);
  }
  databaseUrls = await ensureDatabases(postgresUrl, newPasswords(), suffix);
  await migrateDatabases(databaseUrls);
  ports = await freePorts(processes.map(({ name }) => name));
}, 180_000);

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  const { managementUrl, postgresUrl } = inject('infrastructure');
  for (const user of users.values()) await managementRequest(managementUrl, 'DELETE', `/api/users/${user}`);
  await deleteVhost(managementUrl, vhost);
  await dropDatabases(postgresUrl, suffix);
  await rm(directory, { recursive: true, force: true });
}, 180_000);

/** A URL of the broker with the user of a process. */
function withUser(url: string, name: ProcessName): string {
  const user = users.get(name);
  if (user === undefined) throw new Error(`the chart has no user for ${name}`);
  const own = new URL(url);
  own.username = user;
  own.password = user;
  own.pathname = `/${encodeURIComponent(vhost)}`;
  return own.href;
}

async function connectAs(name: ProcessName): Promise<ChannelModel> {
  const connection = await connect(withUser(inject('infrastructure').amqpUrl, name));
  // The broker closes a connection after some refusals; each call reports its own refusal.
  connection.on('error', () => undefined);
  stops.push(() => connection.close());
  return connection;
}

/** Starts a program as its process and resolves when `/readyz` answers 200. */
async function startProgram(name: ProcessName): Promise<void> {
  const descriptor = findProcess(name) as GavelProcess;
  const urls = inject('infrastructure');
  const program = nodeProcess({
    name,
    entry: descriptor.entry,
    cwd: projectRoot,
    env: processEnvironment(
      descriptor,
      {
        urls: { ...urls, amqpUrl: withUser(urls.amqpUrl, name), streamUrl: withUser(urls.streamUrl, name) },
        ports,
        databaseUrls,
        directory,
      },
      process.env,
    ),
    logFile: join(directory, `${name}.log`),
    readyUrl: `http://127.0.0.1:${ports[name]}/readyz`,
    readyTimeoutMs: 90_000,
  });
  stops.push(() => program.stop());
  await program.start();
}

it('lets a relay declare and publish, consumers of a stream and of a queue read, and their lag be watched', async () => {
  await startProgram('relay-bids');
  await Promise.all([startProgram('consumer-user-stats'), startProgram('consumer-notifications')]);
  await startProgram('group-watch');
}, 240_000);

it('lets the web app bind a queue of its own, and publish nothing', async () => {
  const connection = await connectAs('bff');
  const channel = await connection.createChannel();
  await channel.checkExchange(EVENTS_EXCHANGE);
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
  await channel.bindQueue(queue, EVENTS_EXCHANGE, 'gavel.bids.#');
  await channel.consume(queue, () => undefined, { noAck: true });
  const other = await connection.createConfirmChannel();
  const refused = new Promise<Error>((resolve) => other.once('error', resolve));
  other.publish(EVENTS_EXCHANGE, 'gavel.bids.bid_placed.1', Buffer.from('x'));
  await expect(refused).resolves.toMatchObject({ message: expect.stringContaining('ACCESS_REFUSED') });
}, 120_000);

it('lets the consumer of a queue send an event through the default exchange to its retry queue', async () => {
  const connection = await connectAs('consumer-notifications');
  const channel = await connection.createConfirmChannel();
  const returned = new Set<unknown>();
  channel.on('return', (message) => returned.add(message));
  channel.publish('', 'gavel.notifications.retry.1000', Buffer.from('x'), { mandatory: true });
  await channel.waitForConfirms();
  expect(returned).toEqual(new Set());
}, 120_000);

it('refuses a consumer of a stream that writes to it', async () => {
  const connection = await connectAs('consumer-user-stats');
  const channel = await connection.createConfirmChannel();
  const refused = new Promise<Error>((resolve) => channel.once('error', resolve));
  channel.publish('gavel.bids', '0', Buffer.from('x'));
  await expect(refused).resolves.toMatchObject({ message: expect.stringContaining('ACCESS_REFUSED') });
  const again = await connection.createChannel();
  again.on('error', () => undefined);
  await expect(again.deleteQueue(partitionsOf('gavel.bids')[0] ?? '')).rejects.toThrow(/ACCESS_REFUSED/);
}, 120_000);
