import { userInfo } from 'node:os';
import { outboxMigrations } from '@gavel/outbox/migrations';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import type { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { define as showDecisions } from '../commands/outbox/decisions.ts';
import { define as dismissEvents } from '../commands/outbox/dismiss.ts';
import { define as publishEventsAgain } from '../commands/outbox/publish-again.ts';
import type { Run } from '../terminal/run-command.ts';
import { runVerb } from '../testing/run-verb.ts';

const BID = '01970000-0000-7000-8000-0000000000b1';
const EARLY = '01970000-0000-7000-8000-0000000000b2';
const ACCOUNT = '01970000-0000-7000-8000-0000000000a1';
const UNKNOWN = '01970000-0000-7000-8000-0000000000ff';

describe('gavel outbox publish-again and dismiss', () => {
  let bids: TestDatabase;
  let auth: TestDatabase;

  beforeAll(async () => {
    bids = await createTestDatabase([outboxMigrations]);
    auth = await createTestDatabase([outboxMigrations]);
  });
  afterAll(async () => {
    await bids?.drop();
    await auth?.drop();
  });
  beforeEach(async () => {
    for (const { pool } of [bids, auth])
      await pool.query(
        'DELETE FROM outbox; DELETE FROM outbox_set_aside; DELETE FROM outbox_published_again',
      );
    await setAside(bids, 1, BID, 'bids.v1.BidPlaced');
    await setAside(bids, 2, EARLY, 'bids.v1.Old');
    await bids.pool.query('UPDATE outbox_set_aside SET stream = NULL WHERE event_id = $1', [EARLY]);
    await setAside(auth, 1, ACCOUNT, 'auth.v1.UserCreated');
  });

  const setAside = async ({ pool }: TestDatabase, position: number, eventId: string, type: string) => {
    await pool.query(
      `INSERT INTO outbox_set_aside
         (position, outbox_id, event_id, type, subject, stream, aggregate_id, sequence, time, body, problem)
       VALUES ($1, $1, $2, $3, 'gavel.bids.bid_placed.a', 'gavel.bids', 'a', $1, now(), '', 'too large')`,
      [position, eventId, type],
    );
  };
  const inOutbox = async ({ pool }: TestDatabase) =>
    (await pool.query<{ id: string }>('SELECT event_id AS id FROM outbox ORDER BY id')).rows.map(
      ({ id }) => id,
    );
  const run = async (verb: (verb: Command, run: Run) => void, ...args: string[]) => {
    const urls = { 'gavel-bids-url': bids.url, 'gavel-auth-url': auth.url };
    const { code, stdout, stderr } = await runVerb(verb, urls, ...args);
    return { code, answer: stdout === '' ? undefined : JSON.parse(stdout), stderr };
  };

  it('publish the named events at once, in whichever outbox they are, and record who and why', async () => {
    const { code, answer } = await run(
      publishEventsAgain,
      ...[BID.toUpperCase(), ACCOUNT, '--by', 'eve', '--reason', 'limit raised'],
    );
    expect(code).toBe(0);
    expect(answer).toEqual({
      executed: true,
      events: [
        { eventId: ACCOUNT, outcome: 'published-again', outbox: 'auth' },
        { eventId: BID, outcome: 'published-again', outbox: 'bids' },
      ],
    });
    expect([await inOutbox(bids), await inOutbox(auth)]).toEqual([[BID], [ACCOUNT]]);
    const decisions = (await run(showDecisions)).answer;
    expect(decisions).toHaveLength(2);
    for (const decision of decisions)
      expect(decision).toMatchObject({ decision: 'published-again', by: 'eve', reason: 'limit raised' });
  });

  it('say which events they did not find, and which cannot be published', async () => {
    const unknown = await run(publishEventsAgain, BID, UNKNOWN);
    expect(unknown.code).toBe(4);
    expect(unknown.answer.events.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'published-again',
      'not-set-aside',
    ]);
    const early = await run(publishEventsAgain, EARLY);
    expect(early).toMatchObject({ code: 3, answer: { events: [{ eventId: EARLY, outcome: 'incomplete' }] } });
    expect(early.stderr).toContain('1 of 1 events are not published-again');
    // Each outbox has its own events.
    expect((await run(publishEventsAgain, ACCOUNT, '--outbox', 'bids')).code).toBe(4);
  });

  it('show the plan for all events of a type, and change something only with --execute', async () => {
    const all = ['--all', '--type', 'bids.v1.BidPlaced'];
    const plan = await run(publishEventsAgain, ...all);
    expect(plan).toMatchObject({
      code: 0,
      answer: { executed: false, events: [{ eventId: BID, outbox: 'bids', problem: 'too large' }] },
    });
    expect(await inOutbox(bids)).toEqual([]);
    const done = await run(publishEventsAgain, ...all, '--execute');
    expect(done).toMatchObject({ code: 0, answer: { executed: true, events: [{ eventId: BID }] } });
    expect([await inOutbox(bids), await inOutbox(auth)]).toEqual([[BID], []]);
    // The rest, with the other name of --execute.
    const rest = await run(publishEventsAgain, '--all', '--yes');
    expect(rest.code).toBe(3);
    expect([await inOutbox(bids), await inOutbox(auth)]).toEqual([[BID], [ACCOUNT]]);
  });

  it('dismiss events for a reason, once; the user of the shell is recorded', async () => {
    expect(await run(dismissEvents, BID, '--reason', 'a test bid')).toMatchObject({
      code: 0,
      answer: { events: [{ eventId: BID, outcome: 'dismissed', outbox: 'bids' }] },
    });
    expect(await run(dismissEvents, BID, '--reason', 'again')).toMatchObject({
      code: 3,
      answer: { events: [{ outcome: 'already-dismissed' }] },
    });
    expect((await run(publishEventsAgain, BID)).answer.events).toMatchObject([{ outcome: 'dismissed' }]);
    expect((await run(showDecisions)).answer).toEqual([
      expect.objectContaining({ decision: 'dismissed', by: userInfo().username, reason: 'a test bid' }),
    ]);
  });

  it.each([
    ['neither ids nor --all', publishEventsAgain, []],
    ['ids and --all', publishEventsAgain, [BID, '--all']],
    ['a type without --all', publishEventsAgain, [BID, '--type', 'bids.v1.BidPlaced']],
    ['an id that is not a UUID', publishEventsAgain, ['17']],
    ['an outbox that does not exist', publishEventsAgain, [BID, '--outbox', 'cats']],
    ['no reason to dismiss', dismissEvents, [BID]],
    ['an empty reason', dismissEvents, [BID, '--reason', ' ']],
    ['an empty name', dismissEvents, [BID, '--reason', 'a test', '--by', '']],
  ])('exit with 2 and change nothing for %s', async (_, verb, args) => {
    expect((await run(verb, ...args)).code).toBe(2);
    expect((await run(showDecisions)).answer).toEqual([]);
  });
});
