import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type ProcessName, processesFor } from '@gavel/processes';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { environment, readDevConfig } from '../config.ts';
import { portKey } from '../infrastructure/native/server-ports.ts';
import { isAlive } from '../process-control/process-table.ts';
import { gavelDirectory, projectRoot } from '../project-root.ts';
import { rpcCaller } from '../seed/rpc.ts';
import { freePorts } from '../testing/free-ports.ts';

interface Status {
  readonly processes: readonly { name: string; pid: number | null; health: string; url: string | null }[];
}

describe('the make targets', () => {
  const directory = join(gavelDirectory, `test-${process.pid}-up`);
  let ports: Readonly<Record<ProcessName | 'mail' | 'smtp', number>>;
  let env: Record<string, string | undefined> = {};

  const run = (command: string, args: readonly string[] = [], environmentOfRun = env) =>
    execa(process.execPath, [join('deploy/dev/src/commands', `${command}.ts`), ...args], {
      cwd: projectRoot,
      env: environmentOfRun,
      reject: false,
      all: true,
      stdin: 'ignore',
    });

  const status = async (): Promise<Status> => JSON.parse((await run('status', ['--json'])).stdout) as Status;

  const auctions = async () => {
    const call = rpcCaller(`http://127.0.0.1:${ports.bids}`);
    const answer = await call('bids.v1.BidService/ListItems', { pageSize: 100 });
    return (answer as { items: { id: string }[] }).items.map(({ id }) => id).toSorted();
  };

  beforeAll(async () => {
    ports = await freePorts([...processesFor({ nats: false }).map(({ name }) => name), 'mail', 'smtp']);
    env = {
      ...environment,
      GAVEL_INFRASTRUCTURE: 'native',
      GAVEL_DEV_DIRECTORY: directory,
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [portKey(name), String(port)])),
    };
  });

  afterAll(async () => {
    await run('reset');
  }, 120_000);

  test('up names all busy ports of processes and servers at once', async () => {
    const base = 14_000 + Math.floor(Math.random() * 3_000);
    const moved = readDevConfig({ GAVEL_PORT_BASE: String(base) });
    const wanted = {
      auth: moved.processPorts.auth,
      relay: moved.processPorts['relay-bids'],
      redis: moved.forcedServerPorts.redis,
    };
    const servers = await Promise.all(
      Object.values(wanted).map(async (port) => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
        return server;
      }),
    );
    const based = Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('GAVEL_PORT_')));
    const up = await run('up', [], { ...based, GAVEL_PORT_BASE: String(base) });
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    expect(up.exitCode).toBe(1);
    expect(up.all).toContain(`Port ${wanted.auth} for auth is held by`);
    expect(up.all).toContain(`Port ${wanted.relay} for relay-bids is held by`);
    expect(up.all).toContain(`Port ${wanted.redis} for redis is held by`);
  });

  test('up names a busy port, the process that uses it and a way out, and leaves nothing running', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(ports.bids, '127.0.0.1', resolve));
    const up = await run('up');
    await new Promise((resolve) => busy.close(resolve));
    expect(up.exitCode).toBe(1);
    expect(up.all).toContain(`Port ${ports.bids} for bids is held by`);
    expect(up.all).toContain('GAVEL_PORT_BIDS=');
    expect((await status()).processes.every(({ pid }) => pid === null)).toBe(true);
  });

  test('up starts and seeds everything and may be repeated, down stops everything, and the next up has all data', async () => {
    const first = await run('up');
    expect(first.exitCode, first.all).toBe(0);
    expect(first.all).toContain('Gavel is up.');
    const running = (await status()).processes;
    for (const { name } of running.filter(({ url }) => url !== null))
      expect(first.all).toMatch(
        new RegExp(`^ +${name} +http://127.0.0.1:${ports[name as ProcessName]}`, 'm'),
      );
    expect(first.all).toMatch(/^ +amqp +127\.0\.0\.1:\d+ +server rabbitmq/m);
    expect(running.filter(({ health }) => health !== 'healthy')).toEqual([]);
    expect(running.find(({ name }) => name === 'bids')?.url).toBe(`http://127.0.0.1:${ports.bids}`);
    expect(running.find(({ name }) => name === 'postgres')?.url).toBeNull();
    const listed = await auctions();
    expect(listed.length).toBeGreaterThanOrEqual(20);

    const second = await run('up');
    expect(second.exitCode).toBe(0);
    expect(second.all).toContain('already running');
    expect((await status()).processes.map(({ pid }) => pid)).toEqual(running.map(({ pid }) => pid));

    const relay = running.find(({ name }) => name === 'relay-bids')?.pid ?? 0;
    process.kill(relay, 'SIGKILL');
    await vi.waitFor(
      async () => {
        const now = (await status()).processes.find(({ name }) => name === 'relay-bids');
        expect(now).toMatchObject({ health: 'healthy' });
        expect(now?.pid).not.toBe(relay);
      },
      { timeout: 60_000, interval: 500 },
    );

    const unknown = await run('control', ['stop', 'cats']);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.all).toMatch(/no process cats[\s\S]*relay-auth/);
    const stop = await run('control', ['stop', 'relay-auth']);
    expect(stop.exitCode, stop.all).toBe(0);
    const stopped = (await status()).processes.filter(({ health }) => health !== 'healthy');
    expect(stopped).toMatchObject([{ name: 'relay-auth', pid: null, health: 'stopped' }]);
    const start = await run('control', ['start', 'relay-auth']);
    expect(start.exitCode, start.all).toBe(0);
    expect((await status()).processes.filter(({ health }) => health !== 'healthy')).toEqual([]);
    expect((await run('control', ['stop', 'consumer-leaderboard'])).exitCode).toBe(0);

    const pids = (await status()).processes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
    expect((await run('down')).exitCode).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect((await run('control', ['start', 'bids'])).all).toContain('Nothing is running.');
    const left = await execa('pgrep', ['-f', directory], { reject: false });
    expect(left.stdout).toBe('');
    const log = await readFile(join(directory, 'logs/supervisor.log'), 'utf8');
    expect(log.split(/ SIGTERM: stopping\n/).length).toBe(2);
    expect(log.split(/ SIGTERM: stopping\n/)[1]).toBe('');

    const again = await run('up');
    expect(again.exitCode, again.all).toBe(0);
    expect(await auctions()).toEqual(listed);
  });
});
