import { expect, it, vi } from 'vitest';
import { createRevokedList } from './revoked-sessions.ts';

const session = (id: string) => ({ id, revokedAt: new Date() });
const ids = (answer: { sessions: { id: string }[] }) => answer.sessions.map(({ id }) => id);

it('answers the whole list to an unknown cursor, and what is new to a known one', async () => {
  const list = createRevokedList(900_000);
  list.add([session('a'), session('b')]);
  for (const cursor of ['', 'another-process.2', 'x']) {
    const all = await list.since(cursor, 60_000);
    expect(all).toMatchObject({ complete: true, sessions: [{ id: 'a' }, { id: 'b' }] });
  }
  const { cursor } = await list.since('', 60_000);
  list.add([session('b'), session('c')]);
  const news = await list.since(cursor, 60_000);
  expect([news.complete, ids(news)]).toEqual([false, ['c']]);
});

it('answers a waiting question as soon as a session is added, and with nothing when its time is over', async () => {
  const list = createRevokedList(900_000);
  const { cursor } = await list.since('', 0);
  const waiting = [list.since(cursor, 3600_000), list.since(cursor, 3600_000)];
  list.add([session('a')]);
  for (const answer of await Promise.all(waiting)) expect(ids(answer)).toEqual(['a']);
  const { cursor: last } = await list.since(cursor, 0);
  expect(await list.since(last, 1)).toEqual({ cursor: last, complete: false, sessions: [] });
});

it('names a session until its last access token has expired, with a minute for clocks that differ', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const list = createRevokedList(900_000);
    list.add([session('a')]);
    vi.setSystemTime(Date.now() + 959_999);
    list.add([session('b')]);
    expect(ids(await list.since('', 0))).toEqual(['a', 'b']);
    vi.setSystemTime(Date.now() + 1);
    list.add([session('c'), { id: 'old', revokedAt: new Date(Date.now() - 960_000) }]);
    expect(ids(await list.since('', 0))).toEqual(['b', 'c']);
  } finally {
    vi.useRealTimers();
  }
});
