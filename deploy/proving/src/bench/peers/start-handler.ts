import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HandlerAnswer, HandlerRequest, HandlerStart, Role, Sample } from './handler-messages.ts';
import type { PeerUrls } from './peer.ts';

export interface HandlerProcess {
  /** The events handled since the last call, when they are `count`. Rejects after a timeout. */
  collect(count: number): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;
const STOP_MS = 8_000;
// The last handled events may not be marked as done yet. If the process ended here, they would come again in the next run.
const SETTLE_MS = 500;

/** Starts the handler of a contender in a separate process; resolves when it receives events. */
export async function startHandler(role: Role, urls: PeerUrls): Promise<HandlerProcess> {
  const start: HandlerStart = { role, urls };
  const name = 'hears' in role ? 'the subscriber' : role.peer;
  const child = fork(
    fileURLToPath(new URL('./handler-process.ts', import.meta.url)),
    [JSON.stringify(start)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, LOG_LEVEL: 'warn' } },
  );
  const ended = once(child, 'exit');
  const next = async (): Promise<HandlerAnswer> => {
    const timeout = AbortSignal.timeout(PATIENCE_MS);
    const answer = once(child, 'message', { signal: timeout }).catch((error: unknown) => {
      throw new Error(`${name}: no answer of its handler process in ${PATIENCE_MS} ms`, {
        cause: error,
      });
    });
    const exit = ended.then(([code, signal]) => {
      throw new Error(`${name}: its handler process ended with ${code ?? signal}`);
    });
    const [message] = await Promise.race([answer, exit]);
    return message as HandlerAnswer;
  };
  const ask = (request: HandlerRequest): void => void child.send(request);
  await next();
  return {
    async collect(count) {
      ask({ ask: 'collect', count });
      const answer = await next();
      return answer.told === 'collected' ? answer.samples : [];
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      await delay(SETTLE_MS);
      ask({ ask: 'stop' });
      // Do not wait for a library that does not stop: its figures are complete.
      const impatient = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(impatient);
    },
  };
}
