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
  #end: (exit: ServerExit) => void = () => undefined;
  #exited: Promise<ServerExit> = Promise.resolve({ code: 0, signal: null, expected: true });

  async start(): Promise<void> {
    this.starts += 1;
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
