import { createLogger } from '@gavel/observability/logger';
import { describe, expect, it, vi } from 'vitest';
import { type Session, type SupervisionOptions, superviseSession } from './supervise-session.ts';

const AWHILE = { timeout: 30_000, interval: 5 };

/** A session that the test ends. */
function createSession() {
  const ended = Promise.withResolvers<Error>();
  const session = {
    isClosed: false,
    ended: ended.promise,
    fail: ended.resolve,
    async close() {
      session.isClosed = true;
    },
  };
  return session;
}

function supervise(
  options: Partial<SupervisionOptions<Session>> & Pick<SupervisionOptions<Session>, 'open'>,
) {
  return superviseSession<Session>({
    what: 'test session',
    log: createLogger('test'),
    backOff: { firstMs: 1, maxMs: 5 },
    ...options,
  });
}

describe('a supervised session', () => {
  it('is opened again after each loss, and the lost one is closed', async () => {
    const sessions: ReturnType<typeof createSession>[] = [];
    const lost: string[] = [];
    const supervision = supervise({
      async open() {
        const session = createSession();
        sessions.push(session);
        return session;
      },
      onLost: (error) => lost.push(error.message),
    });
    const opened = (count: number) =>
      vi.waitFor(() => {
        expect(sessions).toHaveLength(count);
        expect(supervision.session).toBe(sessions[count - 1]);
      }, AWHILE);
    for (let i = 0; i < 3; i++) {
      await opened(i + 1);
      sessions[i]?.fail(new Error(`loss ${i}`));
    }
    await opened(4);
    await supervision.stop();
    expect(lost).toEqual(['loss 0', 'loss 1', 'loss 2']);
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, true, true]);
    expect(supervision.session).toBeUndefined();
  });

  it('is tried again while it cannot be opened', async () => {
    let tries = 0;
    const supervision = supervise({
      async open() {
        tries += 1;
        if (tries < 4) throw new Error('refused');
        return createSession();
      },
    });
    await vi.waitFor(() => expect(supervision.session).toBeDefined(), AWHILE);
    expect(tries).toBe(4);
    await supervision.stop();
  });

  it('that opens too late is closed', async () => {
    const late = createSession();
    const opening = Promise.withResolvers<Session>();
    let isFirst = true;
    const supervision = supervise({
      openTimeoutMs: 5,
      open() {
        if (!isFirst) return Promise.resolve(createSession());
        isFirst = false;
        return opening.promise;
      },
    });
    await vi.waitFor(() => expect(supervision.session).toBeDefined(), AWHILE);
    opening.resolve(late);
    await vi.waitFor(() => expect(late.isClosed).toBe(true), AWHILE);
    expect(supervision.session).not.toBe(late);
    await supervision.stop();
  });

  it('can be stopped while it is being opened: opening is aborted, and a session that opens nevertheless is closed', async () => {
    const late = createSession();
    const opening = Promise.withResolvers<Session>();
    let signal: AbortSignal | undefined;
    const supervision = supervise({
      open(given) {
        signal = given;
        return opening.promise;
      },
    });
    await supervision.stop();
    expect(signal?.aborted).toBe(true);
    opening.resolve(late);
    await vi.waitFor(() => expect(late.isClosed).toBe(true), AWHILE);
  });

  it('finishes its work before stop closes it, and is not opened again when it is lost meanwhile', async () => {
    const session = createSession();
    const finishing = Promise.withResolvers<void>();
    let opened = 0;
    let isFinishing = false;
    const supervision = supervise({
      async open() {
        opened += 1;
        return session;
      },
      async finish() {
        isFinishing = true;
        await finishing.promise;
      },
    });
    await vi.waitFor(() => expect(supervision.session).toBe(session), AWHILE);
    const stopped = supervision.stop();
    await vi.waitFor(() => expect(isFinishing).toBe(true), AWHILE);
    expect(session.isClosed).toBe(false);
    session.fail(new Error('lost'));
    await stopped;
    expect(session.isClosed).toBe(true);
    expect(opened).toBe(1);
  });
});
