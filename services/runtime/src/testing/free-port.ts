import { once } from 'node:events';
import { createServer } from 'node:net';

// Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes the port before the process under test
// uses it, or while a server restarts. Also below the range of the private servers' ports.
const LOWEST = 12_000;
const HIGHEST = 19_999;

/** A loopback port on which nothing listens, for a server that a test starts at a known address. */
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
