import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as httpsGet } from 'node:https';
import { startLoop, withTimeout } from '@gavel/resilience';
import { z } from 'zod';

/** Where auth names the sessions that were revoked lately. */
export const REVOKED_SESSIONS_PATH = '/.well-known/revoked-sessions';

/** What auth answers there. */
export const revokedSessionsAnswer = z.object({
  /** Goes into the next request as `after`; the answer then has only sessions that were revoked since. */
  cursor: z.string(),
  /** True when the answer does not continue the request's cursor, and so has all sessions. */
  complete: z.boolean(),
  sessions: z.array(
    z.object({
      id: z.string(),
      /** Unix milliseconds: when the last access token of the session has expired. */
      until: z.number(),
    }),
  ),
});

export type RevokedSessionsAnswer = z.output<typeof revokedSessionsAnswer>;

/** The sessions whose access tokens must not be accepted any more although they have not expired. */
export interface RevokedSessions {
  has(sessionId: string): boolean;
  /** Resolves when the sessions are known for the first time. Throws a TimeoutError when that takes too long. */
  known(): Promise<void>;
  stop(): Promise<void>;
}

// Auth holds a request for two seconds when there is nothing new.
const ANSWER_MS = 10_000;
const FIRST_ANSWER_MS = 3_000;
// Several instances of auth behind one address have cursors of their own: an answer that continues none must not be followed by
// the next request at once.
const PAUSE_MS = 500;
const BACK_OFF = { firstMs: 200, maxMs: 2_000 };

/**
 * Asks auth for revoked sessions without end: auth answers as soon as there is one. Each is remembered until its access tokens have
 * expired. While auth is unavailable, the known ones stay in force, and the same request is repeated.
 */
export function startRevokedSessions(authUrl: string): RevokedSessions {
  const url = new URL(REVOKED_SESSIONS_PATH, authUrl);
  const agent =
    url.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const revoked = new Map<string, number>();
  const first = Promise.withResolvers<void>();
  let answered = false;
  let cursor = '';

  const take = (answer: RevokedSessionsAnswer): void => {
    cursor = answer.cursor;
    const now = Date.now();
    for (const [id, until] of revoked) if (until <= now) revoked.delete(id);
    for (const { id, until } of answer.sessions) revoked.set(id, until);
    answered = true;
    first.resolve();
  };
  const loop = startLoop(
    'revoked-sessions',
    async (stopping) => {
      url.searchParams.set('after', cursor);
      const answer = await ask(url, agent, stopping, take);
      return answer.complete ? PAUSE_MS : 0;
    },
    BACK_OFF,
  );
  return {
    has: (sessionId) => revoked.has(sessionId),
    async known() {
      if (!answered) await withTimeout('asking auth for revoked sessions', FIRST_ANSWER_MS, first.promise);
    },
    async stop() {
      await loop.stop();
      agent.destroy();
    },
  };
}

/**
 * One request. `take` gets the answer in the callback of the socket and not in a promise: so a session that auth revoked is known
 * before a request that arrives after auth's answer to its log-out.
 */
function ask(
  url: URL,
  agent: HttpAgent | HttpsAgent,
  signal: AbortSignal,
  take: (answer: RevokedSessionsAnswer) => void,
): Promise<RevokedSessionsAnswer> {
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, signal, timeout: ANSWER_MS }, (response) => {
      readAll(response, reject, (text) => {
        try {
          if (response.statusCode !== 200) throw new Error(`auth answered ${response.statusCode}`);
          const answer = revokedSessionsAnswer.parse(JSON.parse(text));
          take(answer);
          resolve(answer);
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('timeout', () => request.destroy(new Error('auth does not answer')));
    request.on('error', reject);
  });
}

function readAll(
  response: IncomingMessage,
  onError: (error: unknown) => void,
  onEnd: (text: string) => void,
): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part: string) => (text += part));
  response.on('error', onError);
  response.on('end', () => onEnd(text));
}
