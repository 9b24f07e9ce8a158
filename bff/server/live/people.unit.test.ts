import { describe, expect, it, vi } from 'vitest';
import { readLiveNews } from '../../model/live-news.ts';
import type { SignedIn } from '../session/session.ts';
import { LiveChannel, type Viewer } from './live-channel.ts';
import { createPeople, topicOfPerson, type Unread } from './people.ts';

const AWHILE = { timeout: 30_000 };

/** A token that is not signed, which is enough here. */
const tokenOf = (userId: string, expiresInSeconds = 900): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + expiresInSeconds;
  return `${part({ alg: 'none' })}.${part({ sub: userId, exp })}.`;
};
const signedIn = (userId: string, expiresInSeconds?: number): SignedIn => ({
  kind: 'signed-in',
  userId,
  accessToken: tokenOf(userId, expiresInSeconds),
});

const start = (answer: (session: SignedIn) => Unread) => {
  const channel = new LiveChannel({ limit: 10, kept: 10 });
  const readUnread = vi.fn(async (session: SignedIn) => answer(session));
  const ending = new AbortController();
  const newsOf = (personal: object) => ({ now: 1, live: true, items: [], ...personal });
  const people = createPeople({ channel, newsOf, readUnread, ending: ending.signal });
  /** A page as the request's handler opens it. */
  const open = async (session: SignedIn) => {
    const heard: object[] = [];
    const viewer: Viewer = {
      write: (frame) => {
        const {
          now: _,
          live: __,
          items: ___,
          ...personal
        } = readLiveNews(/data: (.+)/.exec(`${frame}`)?.[1]) ?? {};
        heard.push(personal);
      },
      end: vi.fn(),
    };
    const unread = await people.ask(session);
    if (unread.kind === 'known') channel.join(viewer, [topicOfPerson(session.userId)]);
    if (unread.kind !== 'refused') people.add(viewer, session, unread);
    return { viewer, heard, unread };
  };
  return { channel, people, readUnread, open, ending };
};

describe('the pages of signed-in people', () => {
  it('are told a new number of notifications once, and nobody else’s', async () => {
    const counts: Record<string, string> = { ann: '1', bob: '5' };
    const { people, open } = start(({ userId }) => ({ kind: 'known', unread: counts[userId] ?? '0' }));
    const [ann, bob] = [await open(signedIn('ann')), await open(signedIn('bob'))];
    counts.ann = '2';
    await people.countAll();
    await people.countAll();
    expect([ann.heard, bob.heard]).toEqual([[{ unread: '1' }, { unread: '2' }], [{ unread: '5' }]]);
  });

  it('are told soon after an event that names them, with few questions for many events', async () => {
    let unread = 1;
    const { people, open, readUnread, ending } = start(() => ({ kind: 'known', unread: String(unread) }));
    const { heard } = await open(signedIn('ann'));
    unread = 2;
    for (let event = 0; event < 100; event++) people.touch('ann');
    people.touch('bob');
    await vi.waitFor(() => expect(heard).toContainEqual({ unread: '2' }), AWHILE);
    expect(readUnread.mock.calls.length).toBeLessThan(5);
    ending.abort();
  });

  it('get nothing personal while their token has not been accepted, and refresh once it has been', async () => {
    let answer: Unread = { kind: 'unknown' };
    const { people, open } = start(() => answer);
    const { heard, viewer } = await open(signedIn('ann'));
    people.tellMine('ann', 'item-1');
    expect(heard).toEqual([]);
    answer = { kind: 'known', unread: '4' };
    await people.countAll();
    people.tellMine('ann', 'item-1');
    expect(heard).toEqual([{ unread: '4', refresh: true }, { mine: 'item-1' }]);
    answer = { kind: 'refused' };
    await people.countAll();
    expect(viewer.end).toHaveBeenCalledOnce();
  });

  it('get nothing of a person whose token is not accepted, while that person is here', async () => {
    const real = signedIn('ann');
    const forged = { ...real, accessToken: `${real.accessToken}x` };
    const { people, open } = start((session) =>
      session === real ? { kind: 'known', unread: '1' } : { kind: 'refused' },
    );
    await open(real);
    const thief = await open(forged);
    people.tellMine('ann', 'item-1');
    await people.countAll();
    expect([thief.unread, thief.heard]).toEqual([{ kind: 'refused' }, []]);
  });

  it('end when the token has expired, so that the page comes back with a new one', async () => {
    const { people, open } = start(() => ({ kind: 'known', unread: '1' }));
    const [expired, valid] = [await open(signedIn('ann', -1)), await open(signedIn('ann', 60))];
    await people.countAll();
    expect(expired.viewer.end).toHaveBeenCalledOnce();
    expect(valid.viewer.end).not.toHaveBeenCalled();
  });

  it('are forgotten when they are closed', async () => {
    const session = signedIn('ann');
    const { people, open, readUnread } = start(() => ({ kind: 'known', unread: '1' }));
    const [one, two] = [await open(session), await open(session)];
    expect(readUnread).toHaveBeenCalledTimes(1);
    for (const { viewer } of [one, two, two]) people.remove(viewer, session);
    await people.countAll();
    expect(readUnread).toHaveBeenCalledTimes(1);
  });
});
