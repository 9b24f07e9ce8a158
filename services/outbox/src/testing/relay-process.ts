import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EventRig } from './event-rig.ts';

const main = fileURLToPath(new URL('../relay/main.ts', import.meta.url));

/** Starts the relay of a rig's outbox as a process of its own, which serves its health on `port`. The caller ends it. */
export function startRelayProcess(rig: EventRig, port: number): ChildProcess {
  return spawn(process.execPath, [main], {
    env: {
      ...process.env,
      OUTBOX: 'bids',
      PORT: String(port),
      DATABASE_URL: rig.database.url,
      AMQP_URL: rig.urls.amqpUrl,
      STREAM_URL: rig.urls.streamUrl,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** The answer of a relay process to /readyz; status 0 while it does not answer. */
export async function readyz(port: number): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(5_000);
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}
