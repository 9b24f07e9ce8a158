import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Running } from '@gavel/resilience';
import { LaunchError } from '../launch-error.ts';

// How `make stop`, `make start` and `make restart` reach the supervisor: a Unix socket in the data folder, which only the
// launcher's user can open. One connection carries one request and its answer, both in JSON.

const verbs = ['stop', 'start', 'restart'] as const;

/** What can be done with one process of a running system. */
export type ProcessVerb = (typeof verbs)[number];

interface ControlRequest {
  readonly verb: ProcessVerb;
  readonly name: string;
}

type ControlAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string; readonly wayOut: string; readonly log: string | null };

export function isProcessVerb(word: string | undefined): word is ProcessVerb {
  return verbs.some((verb) => verb === word);
}

/**
 * Listens for requests until it is stopped.
 * @param carryOut does what a request says and returns a sentence about it. A LaunchError that it throws is the answer
 */
export async function listenForControl(
  directory: string,
  carryOut: (verb: ProcessVerb, name: string) => Promise<string>,
): Promise<Running> {
  const path = socketPath(directory);
  // A supervisor that was killed has left its socket behind.
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // The command was interrupted. What it asked for is carried out all the same.
    socket.on('error', () => socket.destroy());
    // By default reading to the end closes the socket, which still has to carry the answer.
    void text(socket.iterator({ destroyOnReturn: false }))
      .then((request) => answer(request, carryOut))
      .then((reply) => socket.end(JSON.stringify(reply)))
      // Its command ended before it had asked.
      .catch(() => socket.destroy());
  });
  const mask = process.umask(0o077);
  try {
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(path, listening.resolve);
    await listening.promise;
  } finally {
    process.umask(mask);
  }
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/**
 * Asks the supervisor of a data folder, and resolves with its sentence when it has done it. Throws its LaunchError, and
 * `command-failed` if no supervisor answers.
 */
export async function askSupervisor(directory: string, request: ControlRequest): Promise<string> {
  const socket = connect({ path: socketPath(directory), allowHalfOpen: true });
  socket.end(JSON.stringify(request));
  const reply = await text(socket).catch((cause: unknown) => {
    throw noAnswer(cause);
  });
  if (reply === '') throw noAnswer(undefined);
  const parsed = JSON.parse(reply) as ControlAnswer;
  if (parsed.ok) return parsed.text;
  const { message, wayOut, log } = parsed;
  throw new LaunchError('command-failed', message, { wayOut, ...(log !== null && { log }) });
}

async function answer(
  text: string,
  carryOut: (verb: ProcessVerb, name: string) => Promise<string>,
): Promise<ControlAnswer> {
  try {
    const { verb, name } = JSON.parse(text) as Partial<ControlRequest>;
    if (!isProcessVerb(verb) || name === undefined) throw new Error(`not a request: ${text}`);
    return { ok: true, text: await carryOut(verb, name) };
  } catch (error) {
    if (error instanceof LaunchError) {
      return { ok: false, message: error.message, wayOut: error.wayOut, log: error.log ?? null };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, message, wayOut: 'See `make logs NAME=supervisor`.', log: null };
  }
}

/** The shorter of the absolute path and the one from the current folder: the system allows about 100 characters. */
function socketPath(directory: string): string {
  const absolute = join(directory, 'control.sock');
  const near = relative(process.cwd(), absolute);
  return near.length < absolute.length ? near : absolute;
}

function noAnswer(cause: unknown): LaunchError {
  return new LaunchError('command-failed', 'The supervisor does not answer.', {
    wayOut:
      'It may have been stopped, or started by an older version. `make down && make up` starts everything again.',
    cause,
  });
}
