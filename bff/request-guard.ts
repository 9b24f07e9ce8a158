import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { bareContentPolicy } from './bare-content-policy.ts';

/** The form with pictures, of a new item and of one that is changed. Only these take more than `ORDINARY_BYTES`. */
const PICTURE_FORMS = /^\/(sell|items\/[^/]+\/edit)$/;
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

const KIB = 1024;
const MIB = 1024 * KIB;
const ORDINARY_BYTES = 256 * KIB;
/** 30 MB of pictures, as the form says, and 2 MB for its other fields. */
export const PICTURE_FORM_BYTES = 32 * MIB;

/**
 * How many bytes of bodies may be on their way at the same time. A person whose access token has expired during a long look at the
 * form has only a refresh token, which only auth can check, so such bodies have a small budget of their own.
 */
const budgets = { ordinary: 32 * MIB, signedIn: 160 * MIB, renewing: 64 * MIB } as const;

/** How long a refused caller may send before the connection is cut. */
const LINGER_MS = 2_000;

type Sender = keyof typeof budgets;

export interface Refusal {
  readonly status: 400 | 401 | 411 | 413 | 421 | 503;
  readonly sentence: string;
}

export interface GuardOptions {
  /** The only host that is served, if it is known. */
  readonly publicOrigin: string | undefined;
  /** Proxies in front may name the host that the browser asked for. */
  readonly behindProxy: boolean;
  /** Whether an access token has a valid signature. Throws when no key to check it with is known. */
  readonly isSignedIn: (accessToken: string) => Promise<boolean>;
  /** Hears of each refusal. */
  readonly onRefused: (refusal: Refusal, request: IncomingMessage) => void;
}

/** Checks access tokens with the keys that auth publishes. */
export function signatureCheck(authUrl: string): GuardOptions['isSignedIn'] {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', authUrl));
  return async (token) => {
    try {
      await jwtVerify(token, keys, { algorithms: ['EdDSA', 'ES256'] });
      return true;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      return false;
    }
  };
}

// Errors about the token have codes of jose's own; those of fetching the keys do not, but for a timeout and a wrong answer.
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !/^ERR_J/.test(code) || code === 'ERR_JWKS_TIMEOUT';
}

/**
 * Decides about every request of this process before Next sees it: the host, the target, and whether its body is read. Next reads
 * a body of any path up to the largest limit before it knows the caller.
 */
export function guardRequests(options: GuardOptions): void {
  const guarded = new WeakSet<Server>();
  subscribe('http.server.request.start', (message) => {
    const { server } = message as { server: Server };
    if (guarded.has(server)) return;
    guarded.add(server);
    // The event comes before the server calls its listeners, so the first request is guarded as well.
    const listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on(
      'request',
      createGuard(options, (...args) => listeners.forEach((each) => void each(...args))),
    );
  });
}

/** A request listener that answers what must not be served and passes on everything else. */
export function createGuard(options: GuardOptions, pass: RequestListener): RequestListener {
  const onTheWay: Record<Sender, number> = { ordinary: 0, signedIn: 0, renewing: 0 };

  const admit = (request: IncomingMessage, response: ServerResponse, bytes: number, sender: Sender): void => {
    if (onTheWay[sender] + bytes > budgets[sender]) {
      refuse(
        { status: 503, sentence: 'Too much is being uploaded at the moment. Please try again.' },
        request,
        response,
      );
      return;
    }
    onTheWay[sender] += bytes;
    response.once('close', () => (onTheWay[sender] -= bytes));
    pass(request, response);
  };
  const refuse = (refusal: Refusal, request: IncomingMessage, response: ServerResponse): void => {
    options.onRefused(refusal, request);
    answer(refusal, request, response);
  };

  return (request, response) => {
    const refusal = targetProblem(options, request) ?? lengthProblem(request);
    if (refusal) {
      refuse(refusal, request, response);
      return;
    }
    const bytes = Number(request.headers['content-length'] ?? 0);
    if (bytes <= ORDINARY_BYTES) {
      if (bytes === 0) pass(request, response);
      else admit(request, response, bytes, 'ordinary');
      return;
    }
    void senderOf(request, options.isSignedIn).then((sender) => {
      if (sender) admit(request, response, bytes, sender);
      else refuse({ status: 401, sentence: 'Please sign in first.' }, request, response);
    });
  };
}

function targetProblem(
  { publicOrigin, behindProxy }: GuardOptions,
  request: IncomingMessage,
): Refusal | undefined {
  const url = request.url ?? '';
  // `OPTIONS *` and addresses of other sites are for proxies. Next fails on the first, and on bytes that are no UTF-8. TRACE
  // would show cookies to scripts.
  if (!url.startsWith('/') || !isUtf8(pathOf(request)) || request.method === 'TRACE')
    return { status: 400, sentence: 'This is not an address of this site.' };
  if (publicOrigin === undefined || PROBES.has(pathOf(request))) return undefined;
  const own = new URL(publicOrigin).host;
  const forwarded = behindProxy ? request.headers['x-forwarded-host'] : undefined;
  if (request.headers.host === own || forwarded === own) return undefined;
  return { status: 421, sentence: 'This site has another address.' };
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function lengthProblem(request: IncomingMessage): Refusal | undefined {
  if (request.headers['transfer-encoding'] !== undefined)
    return { status: 411, sentence: 'The length of the request is missing.' };
  const bytes = Number(request.headers['content-length'] ?? 0);
  const most = PICTURE_FORMS.test(pathOf(request)) ? PICTURE_FORM_BYTES : ORDINARY_BYTES;
  return bytes > most ? { status: 413, sentence: 'This is too much for one form.' } : undefined;
}

/** Who sends a large body; undefined for a stranger. */
async function senderOf(
  request: IncomingMessage,
  isSignedIn: GuardOptions['isSignedIn'],
): Promise<Sender | undefined> {
  const cookies = request.headers.cookie ?? '';
  const access = cookieOf(cookies, 'gavel_access');
  const hasRefresh = cookieOf(cookies, 'gavel_refresh') !== undefined;
  try {
    if (access !== undefined && (await isSignedIn(access))) return 'signedIn';
  } catch {
    // Auth does not answer, so the token cannot be checked. Bids checks it before it stores anything.
    return 'renewing';
  }
  return hasRefresh ? 'renewing' : undefined;
}

function cookieOf(header: string, name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)(?:__Host-)?${name}=([^;]+)`).exec(header)?.[1];
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] ?? '';
}

function answer({ status, sentence }: Refusal, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': bareContentPolicy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...(status === 503 && { 'retry-after': '5' }),
  });
  response.end(`${sentence}\n`);
  // Cut at once, most browsers would not show the answer.
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
}
