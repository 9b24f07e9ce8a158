import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectError } from '@connectrpc/connect';
import { bearerToken, type TokenVerifier } from './caller.ts';
import { connectError } from './failure.ts';

/** Methods whose requests may be larger than `MAX_REQUEST_BYTES`. Only signed-in callers may send them. */
export interface Uploads {
  readonly verify: TokenVerifier;
  /** The largest body in bytes, by `package.Service/Method`. */
  readonly methods: Readonly<Record<string, number>>;
  /** How many bytes of them may be in memory at the same time. Default: 160 MiB. */
  readonly inMemoryBytes?: number;
}

// A bid is smaller than one kilobyte. The largest ordinary request, an item with a long description, is smaller than 64 KiB.
export const MAX_REQUEST_BYTES = 256 * 1024;

// The bodies that are in memory at the same time. Uploads have a budget of their own, so that they cannot use up that of bids.
const ORDINARY_BYTES = 64 * 1024 * 1024;
const UPLOAD_BYTES = 160 * 1024 * 1024;
// Smaller bodies are not counted. Thousands of them fit into the budget, and most requests are saved the work.
const UNCOUNTED_BYTES = 16 * 1024;
// How long a refused caller may send before the connection is cut.
const LINGER_MS = 2_000;

export interface RefusedBody {
  readonly status: number;
  readonly error: ConnectError;
}

export interface BodyGuard {
  /** Why a request is answered without reading its body. */
  refuse(path: string, request: IncomingMessage): RefusedBody | Promise<RefusedBody | undefined> | undefined;
  /** The body, counted until the response closes. `onOver` is called before it ends early because too much is in memory. */
  count(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    body: AsyncIterable<Uint8Array>,
    onOver: (refused: RefusedBody) => void,
  ): AsyncIterable<Uint8Array>;
}

/** Decides which request bodies are read: not those of anonymous uploads, not too large ones, and not too many at once. */
export function createBodyGuard({ verify, methods, inMemoryBytes = UPLOAD_BYTES }: Uploads): BodyGuard {
  const inMemory = { ordinary: 0, uploads: 0 };
  const kindOf = (path: string) => (Object.hasOwn(methods, path) ? 'uploads' : 'ordinary');
  const budgets = { ordinary: ORDINARY_BYTES, uploads: inMemoryBytes };

  return {
    refuse(path, request) {
      const most = methods[path] ?? MAX_REQUEST_BYTES;
      if (declaredLength(request) > most) return tooLarge(most);
      const kind = kindOf(path);
      if (inMemory[kind] >= budgets[kind]) return tooMany;
      return kind === 'uploads' ? refuseStranger(verify, request) : undefined;
    },

    count(path, request, response, body, onOver) {
      const length = declaredLength(request);
      if (length > 0 && length <= UNCOUNTED_BYTES) return body;
      const kind = kindOf(path);
      let counted = 0;
      response.once('close', () => {
        inMemory[kind] -= counted;
        counted = 0;
      });
      const take = (bytes: number): void => {
        if (inMemory[kind] + bytes > budgets[kind]) {
          onOver(tooMany);
          throw tooMany.error;
        }
        inMemory[kind] += bytes;
        counted += bytes;
      };
      return passOn(body, request, take);
    },
  };
}

/**
 * The chunks of a body. A loop over the request itself would cut the connection when it ends early, and most clients would not see
 * the answer.
 */
async function* passOn(
  body: AsyncIterable<Uint8Array>,
  request: IncomingMessage,
  take: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      take(next.value.byteLength);
      yield next.value;
    }
    ended = true;
  } finally {
    if (!ended) discardBody(request);
  }
}

/** Reads and forgets what a refused caller still sends, for at most 2 s. */
export function discardBody(request: IncomingMessage): void {
  request.removeAllListeners('readable');
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
}

function declaredLength(request: IncomingMessage): number {
  return Number(request.headers['content-length'] ?? 0);
}

async function refuseStranger(
  verify: TokenVerifier,
  request: IncomingMessage,
): Promise<RefusedBody | undefined> {
  const token = bearerToken(request.headers.authorization);
  try {
    if (token !== undefined && (await verify(token)) !== undefined) return undefined;
  } catch (error) {
    const why = connectError('UNAVAILABLE', 'access tokens cannot be verified now');
    why.cause = error;
    return { status: 503, error: why };
  }
  return { status: 401, error: connectError('UNAUTHENTICATED', 'a valid access token is needed') };
}

function tooLarge(most: number): RefusedBody {
  return { status: 413, error: connectError('MALFORMED_REQUEST', `the request has more than ${most} bytes`) };
}

const tooMany: RefusedBody = {
  status: 429,
  error: connectError('RATE_LIMITED', 'too many large requests at once; try again in 1 s', {
    retry_after_seconds: '1',
  }),
};
