import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A function of a script and how often it was called. */
export interface CalledFunction {
  readonly count: number;
  /** Place in the script's text, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The functions of each script, by the script's path. */
export type Calls = ReadonlyMap<string, readonly CalledFunction[]>;

/** Counts the calls of every function in one Node process, through V8's precise coverage. */
export interface CoverageSession {
  /** The calls since the last `take`, or since the connection. */
  take(): Promise<Calls>;
  close(): void;
}

const targets = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const answer = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.unknown().optional(),
});
const coverage = z.object({
  result: z.array(
    z.object({
      url: z.string(),
      functions: z.array(
        z.object({
          ranges: z
            .array(z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() }))
            .min(1),
        }),
      ),
    }),
  ),
});

/** Connects to the inspector of a process that was started with `--inspect=127.0.0.1:<port>`. */
export async function connectCoverage(port: number): Promise<CoverageSession> {
  const listed = targets.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
  const socket = new WebSocket(listed[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const waiting = new Map<number, (message: z.output<typeof answer>) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = answer.parse(JSON.parse(String(data)));
    if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  let calls = 0;
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    calls += 1;
    const id = calls;
    const answered = new Promise<z.output<typeof answer>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method} failed: ${JSON.stringify(error)}`);
    return result;
  };
  await call('Profiler.enable');
  await call('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    async take() {
      const { result } = coverage.parse(await call('Profiler.takePreciseCoverage'));
      return new Map(
        result
          .filter(({ url }) => url.startsWith('file:'))
          .map(({ url, functions }) => [
            fileURLToPath(url),
            functions.map(({ ranges: [range] }) => ({
              count: range?.count ?? 0,
              start: range?.startOffset ?? 0,
              end: range?.endOffset ?? 0,
            })),
          ]),
      );
    },
    close: () => socket.close(),
  };
}

/** The calls in one process: one sample per bid, and those in equally long times without bids. */
export interface CallSamples {
  readonly busy: readonly Calls[];
  readonly idle: readonly Calls[];
}

const IDLE_TIMES = 2;

/** The calls in each process while `work` runs `times` times, and in two equally long times afterwards. */
export async function callsDuring(
  sessions: readonly CoverageSession[],
  times: number,
  work: () => Promise<void>,
): Promise<CallSamples[]> {
  const samples = sessions.map(() => ({ busy: [] as Calls[], idle: [] as Calls[] }));
  const take = (kind: keyof CallSamples) =>
    Promise.all(sessions.map(async (session, index) => samples[index]?.[kind].push(await session.take())));
  await Promise.all(sessions.map((session) => session.take()));
  const started = performance.now();
  for (let n = 0; n < times; n += 1) {
    await work();
    await take('busy');
  }
  const elapsed = performance.now() - started;
  for (let n = 0; n < IDLE_TIMES; n += 1) {
    await delay(elapsed);
    await take('idle');
  }
  return samples;
}
