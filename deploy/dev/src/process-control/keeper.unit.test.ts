import { expect, test, vi } from 'vitest';
import type { ServerExit } from '../infrastructure/infrastructure.ts';
import { Keeper, type Runnable } from './keeper.ts';

/** A runnable that starts and ends as the test says. */
class Scripted implements Runnable {
  readonly name = 'scripted';
  readonly logFile = '';
  pid: number | null = null;
  starts = 0;
  stops = 0;
  failNextStarts = 0;
  /** A start waits for it. */
  readiness: Promise<void> = Promise.resolve();
  #end: (exit: ServerExit) => void = () => undefined;
  #exited: Promise<ServerExit> = Promise.resolve({ code: 0, signal: null, expected: true });

  async start(): Promise<void> {
    this.starts += 1;
    await this.readiness;
    if (this.failNextStarts > 0) {
      this.failNextStarts -= 1;
      throw new Error('not yet');
    }
    this.pid = this.starts;
    this.#exited = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async stop(): Promise<void> {
    this.stops += 1;
    this.pid = null;
    this.#end({ code: 0, signal: null, expected: true });
  }

  exited(): Promise<ServerExit> {
    return this.#exited;
  }

  crash(): void {
    this.pid = null;
    this.#end({ code: null, signal: 'SIGKILL', expected: false });
  }
}

function kept(runnable: Runnable) {
  const waits: number[] = [];
  const lines: string[] = [];
  const keeper = new Keeper(runnable, {
    onChange: () => undefined,
    report: (line) => lines.push(line),
    wait: async (ms) => waits.push(ms),
  });
  return { keeper, waits, lines };
}

test('a crash is recorded and followed by a restart', async () => {
  const runnable = new Scripted();
  const { keeper, lines } = kept(runnable);
  await keeper.start();
  runnable.crash();
  await vi.waitFor(() => expect(keeper.state).toBe('running'), 20_000);
  await vi.waitFor(() => expect(runnable.starts).toBe(2), 20_000);
  expect(keeper.restarts).toBe(1);
  expect(keeper.lastExit).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(lines[0]).toBe('scripted ended (SIGKILL); restart 1');
  await keeper.stop();
});

test('the delay doubles from a quarter of a second to ten seconds while starts fail', async () => {
  const runnable = new Scripted();
  const { keeper, waits } = kept(runnable);
  await keeper.start();
  runnable.failNextStarts = 7;
  runnable.crash();
  await vi.waitFor(() => expect(runnable.starts).toBe(9), 20_000);
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  await keeper.stop();
});

test('a first start that fails throws and is not retried', async () => {
  const runnable = new Scripted();
  runnable.failNextStarts = 1;
  const { keeper } = kept(runnable);
  await expect(keeper.start()).rejects.toThrow('not yet');
  expect(runnable.starts).toBe(1);
  expect(keeper.state).toBe('stopped');
});

test('a stopped process is not restarted', async () => {
  const runnable = new Scripted();
  const { keeper } = kept(runnable);
  await keeper.start();
  await keeper.stop();
  expect(keeper).toMatchObject({ state: 'stopped', restarts: 0 });
  expect(runnable.starts).toBe(1);
});

test('after `retire` an end is neither reported nor followed by a restart', async () => {
  const runnable = new Scripted();
  const { keeper, lines } = kept(runnable);
  await keeper.start();
  keeper.retire();
  runnable.crash();
  await keeper.stop();
  expect(lines).toEqual([]);
  expect(keeper).toMatchObject({ state: 'stopped', restarts: 0 });
  expect(runnable.starts).toBe(1);
});

test('a stop during a restart waits for it, stops what it started, and does not report that it is running again', async () => {
  const runnable = new Scripted();
  const { keeper, lines } = kept(runnable);
  await keeper.start();
  const gate = Promise.withResolvers<void>();
  runnable.readiness = gate.promise;
  runnable.crash();
  await vi.waitFor(() => expect(runnable.starts).toBe(2), 20_000);
  const stopped = keeper.stop();
  gate.resolve();
  await stopped;
  expect(lines).toEqual(['scripted ended (SIGKILL); restart 1']);
  expect(keeper.state).toBe('stopped');
  expect(runnable.pid).toBeNull();
});

test('a stop during the first start stops what it started, and the start fails', async () => {
  const runnable = new Scripted();
  const gate = Promise.withResolvers<void>();
  runnable.readiness = gate.promise;
  const { keeper } = kept(runnable);
  const started = keeper.start().catch((error: unknown) => error);
  const stopped = keeper.stop();
  gate.resolve();
  await stopped;
  expect(await started).toBeInstanceOf(Error);
  expect(keeper.state).toBe('stopped');
  expect(runnable.pid).toBeNull();
});

test('a start after `retire` fails and starts nothing', async () => {
  const runnable = new Scripted();
  const { keeper } = kept(runnable);
  keeper.retire();
  await keeper.stop();
  await expect(keeper.start()).rejects.toThrow('scripted was stopped');
  expect(runnable.starts).toBe(0);
});

test('a process that was stopped can be started again, and is restarted after a crash as before', async () => {
  const runnable = new Scripted();
  const { keeper, lines } = kept(runnable);
  await keeper.start();
  await keeper.stop();
  await keeper.start();
  expect(keeper).toMatchObject({ state: 'running', restarts: 0 });
  expect(runnable.starts).toBe(2);
  runnable.crash();
  await vi.waitFor(() => expect(lines.at(-1)).toBe('scripted is running again (pid 3)'), 20_000);
  expect(keeper).toMatchObject({ state: 'running', restarts: 1 });
  await keeper.stop();
  expect(keeper.state).toBe('stopped');
});

test('a start again that fails leaves the process stopped, and the next one may succeed', async () => {
  const runnable = new Scripted();
  const { keeper } = kept(runnable);
  await keeper.start();
  await keeper.stop();
  runnable.failNextStarts = 1;
  await expect(keeper.start()).rejects.toThrow('not yet');
  expect(keeper.state).toBe('stopped');
  await keeper.start();
  expect(keeper.state).toBe('running');
  await keeper.stop();
});
