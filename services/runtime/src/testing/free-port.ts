import { once } from 'node:events';
import { createServer } from 'node:net';

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes it before the process under test
// does, or between a server's end and its restart; and below the range in which private servers choose theirs.
const LOWEST = 12_000;
const HIGHEST = 19_999;

/** A loopback port on which nothing listens: for what a test starts, and has to find again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(probe, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
