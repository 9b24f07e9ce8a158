import { describe, expect, it } from 'vitest';
import type { Attempt, Verdict } from './ports.ts';
import { logIn } from './sessions.ts';

const origin = { ipAddress: '', userAgent: '' };

/** Ports that record their calls in order. */
function recordingPorts(
  mayTry: Verdict = { allowed: true },
  { locks = false, tells = true, deviceMayTry = { allowed: true } as Verdict } = {},
) {
  const asked: string[] = [];
  const note = <T>(what: string, answer: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const known = {
    userId: 'u1',
    email: 'ann@example.com',
    fullName: 'Ann Lee',
    passwordHash: 'hash of right',
    emailVerified: true,
    twoFactor: false,
  };
  const session = { userId: 'u1', emailVerified: true, sessionId: 's1', refreshToken: 'refresh' };
  return {
    asked,
    ports: {
      accountMails: {
        queue: ({ kind, email }: { kind: string; email: string }) => note(`mail ${kind} ${email}`, undefined),
      },
      accounts: {
        findCredentials: (email: string) => note('find', email === 'ann@example.com' ? known : undefined),
      },
      sessions: {
        open: () => note('open', session),
      },
      passwords: {
        isCommon: () => false,
        hash: () => note('hash', ''),
        verify: (hash: string | undefined, password: string) =>
          note('verify', hash === `hash of ${password}`),
      },
      hashQueue: {
        run: async <T>(work: () => Promise<T>) => {
          asked.push('turn');
          return work();
        },
      },
      limits: {
        countMail: () => note('count mail', { allowed: true } as const),
        countRequest: () => note('count', { allowed: true } as const),
        countDeviceRequest: () => note('count of devices', { allowed: true } as const),
        mayTry: ({ device }: Attempt) =>
          device ? note('may device try', deviceMayTry) : note('may try', mayTry),
        noteFailure: ({ device }: Attempt) => note(device ? 'note of device' : 'note failure', locks),
        mayTellOfLock: () => note('may tell', tells),
        forgetFailures: () => note('forget failures', undefined),
      },
      challenges: { open: () => note('challenge', 'challenge') },
      deviceTokens: {
        issue: (email: string) => Promise.resolve(`new for ${email}`),
        read: (token: string) => Promise.resolve(token === '' ? undefined : { id: 'd1', email: token }),
      },
      accessTokens: { issue: () => note('issue', { token: 'access', expiresAt: new Date(0) }) },
      sessionRules: { lifetimeMs: 1, idleMs: 1, graceMs: 1 },
    },
  };
}

describe('logging in', () => {
  it('does the same work for an unknown e-mail address as for a wrong password', async () => {
    const tries = ['ann@example.com', 'nobody@example.com'].map(async (email) => {
      const { ports, asked } = recordingPorts();
      const outcome = await logIn(ports, {
        email,
        password: 'wrong',
        address: undefined,
        origin,
        replacedToken: '',
        deviceToken: '',
      });
      return { outcome, asked };
    });
    const [wrong, unknown] = await Promise.all(tries);
    expect(unknown).toEqual(wrong);
    expect(unknown?.asked).toEqual(['count', 'turn', 'may try', 'find', 'verify', 'note failure']);
    expect(unknown?.outcome).toMatchObject({ ok: false, reason: 'BAD_CREDENTIALS' });
  });

  it('tells the owner of an address about its first lock of a day, with the same work whether there is an account', async () => {
    const fail = async (email: string, answers: { locks: boolean; tells: boolean }) => {
      const { ports, asked } = recordingPorts({ allowed: true }, answers);
      const input = {
        email,
        password: 'wrong',
        address: undefined,
        origin,
        replacedToken: '',
        deviceToken: '',
      };
      expect(await logIn(ports, input)).toMatchObject({ reason: 'BAD_CREDENTIALS' });
      return asked.slice(6);
    };
    for (const email of ['ann@example.com', 'nobody@example.com']) {
      const first = await fail(email, { locks: true, tells: true });
      expect(first).toEqual(['may tell', `mail sign_in_locked ${email}`]);
      expect(await fail(email, { locks: true, tells: false })).toEqual(['may tell']);
      expect(await fail(email, { locks: false, tells: true })).toEqual([]);
    }
  });

  it('forgets failures and opens a session for the right password, in any letter case of the e-mail address', async () => {
    const { ports, asked } = recordingPorts();
    const input = {
      email: ' Ann@EXAMPLE.com ',
      password: 'right',
      address: undefined,
      origin,
      replacedToken: '',
      deviceToken: '',
    };
    const outcome = await logIn(ports, input);
    expect(outcome).toMatchObject({ ok: true, value: { refreshToken: 'refresh' } });
    expect(asked.slice(4)).toEqual(['verify', 'forget failures', 'open', 'issue']);
  });

  it('verifies no password while an e-mail address has too many failures, not even the right one', async () => {
    const { ports, asked } = recordingPorts({ allowed: false, retryAfterSeconds: 77 });
    const input = {
      email: 'ann@example.com',
      password: 'right',
      address: undefined,
      origin,
      replacedToken: '',
      deviceToken: '',
    };
    const outcome = await logIn(ports, input);
    expect(outcome).toMatchObject({ reason: 'RATE_LIMITED', metadata: { retry_after_seconds: '77' } });
    expect(asked).not.toContain('verify');
  });

  const input = { email: 'ann@example.com', address: undefined, origin, replacedToken: '' };
  const locked: Verdict = { allowed: false, retryAfterSeconds: 77 };

  it('from a browser that has signed in before is counted on its own, while others have locked the address', async () => {
    const { ports, asked } = recordingPorts(locked);
    const known = { ...input, deviceToken: 'ann@example.com' };
    expect(await logIn(ports, { ...known, password: 'wrong' })).toMatchObject({ reason: 'BAD_CREDENTIALS' });
    expect(asked).toContain('note of device');
    const outcome = await logIn(ports, { ...known, password: 'right' });
    expect(outcome).toMatchObject({ ok: true, value: { deviceToken: 'new for ann@example.com' } });
    for (const shared of ['count', 'may try', 'note failure']) expect(asked).not.toContain(shared);
  });

  it('is counted by its address when its device has used up its tries, or is one of somebody else', async () => {
    for (const [deviceToken, deviceMayTry] of [
      ['ann@example.com', locked],
      ['bob@example.com', { allowed: true }],
    ] as const) {
      const { ports, asked } = recordingPorts(locked, { deviceMayTry });
      const outcome = await logIn(ports, { ...input, deviceToken, password: 'right' });
      expect(outcome).toMatchObject({ reason: 'RATE_LIMITED', metadata: { retry_after_seconds: '77' } });
      expect(asked).toContain('count');
      expect(asked).not.toContain('verify');
    }
  });
});
