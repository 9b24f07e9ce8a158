import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GavelProcess, ProcessName } from '@gavel/processes';
import { execa } from 'execa';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readDevConfig } from '../config.ts';
import { removeServerHome } from '../infrastructure/native/server-home.ts';
import { portKey } from '../infrastructure/native/server-ports.ts';
import { LaunchError } from '../launch-error.ts';
import { isAlive } from '../process-control/process-table.ts';
import { gavelDirectory } from '../project-root.ts';
import { freePorts } from '../testing/free-ports.ts';
import { createProcessControl } from './control-process.ts';
import { System } from './system.ts';

const fixture = 'deploy/dev/src/testing/fixtures/small-process.ts';

function definition(name: ProcessName, more: Partial<GavelProcess> = {}): GavelProcess {
  return {
    name,
    kind: 'service',
    summary: 'a test process',
    entry: fixture,
    port: 0,
    startsAfter: [],
    environment: {},
    ...more,
  };
}

describe('a system', () => {
  let directory = '';
  let system: System | undefined;
  const lines: string[] = [];
  /** The names of servers and processes in the order in which they began to stop. */
  const stopping = new Set<string>();

  async function build(processes: GavelProcess[]): Promise<System> {
    lines.length = 0;
    stopping.clear();
    directory = join(gavelDirectory, `test-${process.pid}-90${Math.floor(Math.random() * 1000)}`);
    mkdirSync(directory, { recursive: true });
    const ports = await freePorts(processes.map(({ name }) => name));
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      GAVEL_DEV_DIRECTORY: directory,
      GAVEL_NATS: '1',
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [portKey(name), String(port)])),
    };
    const run = new System({
      config: readDevConfig(env),
      env,
      processes,
      report: (line) => lines.push(line),
      onChange() {
        for (const { state, runnable } of run.kept) if (state === 'stopping') stopping.add(runnable.name);
      },
    });
    system = run;
    return run;
  }

  afterEach(async () => {
    await system?.stop();
    await removeServerHome(directory);
  }, 60_000);

  test('starts servers and processes in order, restarts what was killed, and leaves no process running', async () => {
    const run = await build([definition('auth'), definition('bff', { startsAfter: ['auth'] })]);
    await run.start();
    const ready = lines.filter((line) => line.includes('is ready'));
    expect(ready.map((line) => line.split(' ')[0])).toEqual(['auth', 'bff']);
    expect(run.kept.map((keeper) => keeper.runnable.name).toSorted()).toEqual([
      'auth',
      'bff',
      'nats',
      'postgres',
      'rabbitmq',
      'redis',
    ]);

    for (const name of ['auth', 'redis', 'postgres', 'nats']) {
      const keeper = run.kept.find((each) => each.runnable.name === name);
      if (keeper === undefined) throw new Error(`${name} is not kept`);
      const before = keeper.runnable.pid ?? 0;
      process.kill(before, 'SIGKILL');
      await vi.waitFor(() => expect(keeper).toMatchObject({ state: 'running', restarts: 1 }), 60_000);
      expect(keeper.runnable.pid).not.toBe(before);
      expect(keeper.lastExit).toMatchObject({ signal: 'SIGKILL' });
    }

    const control = createProcessControl(() => run.kept);
    const auth = run.kept.find(({ runnable }) => runnable.name === 'auth');
    const first = auth?.runnable.pid ?? 0;
    expect(await control('stop', 'auth')).toContain('auth is stopped');
    expect(isAlive(first)).toBe(false);
    expect(auth).toMatchObject({ state: 'stopped', runnable: { pid: null } });
    // Requests that come at the same moment are carried out one after the other.
    const answers = await Promise.all([control('start', 'auth'), control('start', 'auth')]);
    const second = auth?.runnable.pid;
    expect(answers).toEqual([`auth is running (pid ${second})`, `auth is already running (pid ${second})`]);
    expect(await control('restart', 'auth')).toBe(`auth is running (pid ${auth?.runnable.pid})`);
    expect(auth?.runnable.pid).not.toBe(second);
    expect(() => control('stop', 'cats')).toThrow('There is no process cats.');
    expect(() => control('stop', 'postgres')).toThrow('postgres is a server');
    await control('stop', 'auth');

    const pids = run.kept.flatMap((keeper) => keeper.runnable.pid ?? []);
    await run.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    await expect(control('start', 'auth')).rejects.toThrow('was stopped');
    expect(auth?.runnable.pid).toBeNull();
  }, 240_000);

  test('stops the processes in reverse order and then the servers, and restarts nothing meanwhile', async () => {
    const run = await build([
      definition('auth'),
      definition('bids', { startsAfter: ['auth'] }),
      definition('bff', { startsAfter: ['bids'] }),
    ]);
    await run.start();
    lines.length = 0;
    const serversDuringStop: (number | null)[] = [];
    const bff = run.kept.find(({ runnable }) => runnable.name === 'bff');
    void bff?.runnable.exited().then(() => {
      serversDuringStop.push(...run.kept.slice(0, 4).map(({ runnable }) => runnable.pid));
    });
    const pids = run.kept.map(({ runnable }) => runnable.pid ?? 0);
    await run.stop();
    expect([...stopping].slice(0, 3)).toEqual(['bff', 'bids', 'auth']);
    expect([...stopping].slice(3).toSorted()).toEqual(['nats', 'postgres', 'rabbitmq', 'redis']);
    expect(serversDuringStop).toEqual(pids.slice(0, 4));
    expect(lines).toEqual([]);
    expect(run.kept.map(({ restarts }) => restarts)).toEqual(run.kept.map(() => 0));
    expect(pids.filter(isAlive)).toEqual([]);
  }, 120_000);

  test.each([
    ['while the servers start', 'redis answers'],
    ['while the databases are created', 'rabbitmq answers'],
  ])(
    'a stop %s ends the start, and starts nothing again',
    async (_, lastLine) => {
      const run = await build([definition('auth')]);
      const failure = run.start().catch((error: unknown) => error);
      await vi.waitFor(() => expect(lines.join('\n')).toContain(lastLine), { timeout: 60_000, interval: 5 });
      lines.length = 0;
      await run.stop();
      expect(await failure).toBeInstanceOf(LaunchError);
      expect(lines).toEqual([]);
      expect(run.kept.flatMap(({ runnable }) => runnable.pid ?? [])).toEqual([]);
      expect((await execa('pgrep', ['-f', directory], { reject: false })).stdout).toBe('');
    },
    120_000,
  );

  test('names a process that fails to start, shows the end of its log, and stops the other processes', async () => {
    const broken = definition('bids', { environment: { CRASH_AT_START: 'no such key' } });
    const run = await build([definition('auth'), broken]);
    const failure = await run.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LaunchError);
    expect(failure).toMatchObject({ code: 'server-died', message: 'bids ended while it was starting.' });
    expect((failure as LaunchError).log).toContain('cannot start: no such key');
    expect(run.kept.map((keeper) => keeper.runnable.pid)).toEqual(run.kept.map(() => null));
  }, 120_000);
});
