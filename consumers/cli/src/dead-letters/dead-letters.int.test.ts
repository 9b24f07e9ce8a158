import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { bidMessage, type EventMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { type DatabaseName, databases } from '@gavel/processes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { define as discard } from '../commands/dead-letters/discard.ts';
import { define as edit } from '../commands/dead-letters/edit-and-redrive.ts';
import { define as list } from '../commands/dead-letters/ls.ts';
import { define as redrive } from '../commands/dead-letters/redrive.ts';
import { define as show } from '../commands/dead-letters/show.ts';
import { runVerb } from '../testing/run-verb.ts';
import { deadLetterDatabases } from './find-dead-letter.ts';

interface Parked {
  readonly group?: 'user-stats' | 'notifications';
  readonly reason?: string;
  readonly parkedAt?: string;
  readonly message?: EventMessage;
}

describe('gavel dead-letters', () => {
  const created = new Map<DatabaseName, TestDatabase>();
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'gavel-dead-letters-'));
    for (const { name, migrations } of databases) {
      if (deadLetterDatabases(undefined).includes(name))
        created.set(name, await createTestDatabase(migrations));
    }
  });
  afterAll(async () => {
    for (const database of created.values()) await database.drop();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    for (const { pool } of created.values())
      await pool.query('TRUNCATE dead_letters, dead_letter_decisions, processed_events RESTART IDENTITY');
  });

  const poolOf = (group: Parked['group']) => {
    const found = created.get(group === 'notifications' ? 'gavel_notifications' : 'gavel_stats');
    if (found === undefined) throw new Error(`no database of ${group}`);
    return found.pool;
  };
  const validBid = () => bidMessage({ itemId: randomUUID(), userId: randomUUID() }, 1);
  const invalidBid = () => bidMessage({ itemId: randomUUID(), userId: 'nobody' }, 1);
  /** Parks an event. Its id as a dead letter is returned; ids start at 1 in each test. */
  const park = async ({
    group = 'user-stats',
    reason = 'handler_failed',
    parkedAt,
    message,
  }: Parked = {}) => {
    const { envelope, properties, body } = message ?? validBid();
    const { rows } = await poolOf(group).query<{ id: bigint }>(
      `INSERT INTO dead_letters (consumer, stream_partition, message_key, event_id, event_type, aggregate_id, headers, body,
         reason, error, attempts, parked_at)
       VALUES ($1, 'p', $2, $3, $4, $5, $6, $7, $8, 'it failed', 3, coalesce($9::timestamptz, now())) RETURNING id`,
      [
        group,
        randomUUID(),
        envelope.id,
        envelope.type,
        envelope.partitionkey,
        properties,
        body,
        reason,
        parkedAt ?? null,
      ],
    );
    return String(rows[0]?.id);
  };
  const run = async (define: Parameters<typeof runVerb>[0], ...args: string[]) => {
    const urls = Object.fromEntries(
      [...created].map(([name, { url }]) => [`${name.replaceAll('_', '-')}-url`, url]),
    );
    const { code, stdout, stderr } = await runVerb(define, urls, ...args);
    return { code, stderr, lines: stdout === '' ? [] : parse(stdout) };
  };
  const answer = async (define: Parameters<typeof runVerb>[0], ...args: string[]) => {
    const { code, stderr, lines } = await run(define, ...args);
    return { code, stderr, answer: lines[0] };
  };
  const placesOf = (letters: { group: string; id: number }[]) =>
    letters.map(({ group, id }) => `${group}/${id}`);
  const statuses = async (group: Parked['group'] = 'user-stats') => {
    const { rows } = await poolOf(group).query<{ status: string }>(
      'SELECT status FROM dead_letters ORDER BY id',
    );
    return rows.map(({ status }) => status);
  };

  it('ls selects by reason, type, aggregate, time and group', async () => {
    const bid = validBid();
    await park({ message: bid, parkedAt: '2026-05-01T12:00:00Z' });
    await park({ reason: 'unknown_type', parkedAt: '2026-05-02T12:00:00Z' });
    await park({ group: 'notifications', parkedAt: '2026-05-03T12:00:00Z' });
    await poolOf('user-stats').query("UPDATE dead_letters SET event_type = 'bids.v1.Old' WHERE id = 2");
    const places = async (...args: string[]) => placesOf((await answer(list, ...args)).answer);
    const [first, second, third] = ['user-stats/1', 'user-stats/2', 'notifications/1'];
    expect(await places()).toEqual(expect.arrayContaining([first, second, third]));
    const group = ['--group', 'user-stats'];
    expect(await places('--reason', 'unknown_type')).toEqual([second]);
    expect(await places('--type', 'bids.v1.Old', ...group)).toEqual([second]);
    expect(await places('--aggregate', bid.envelope.partitionkey, ...group)).toEqual([first]);
    expect(await places('--since', '2026-05-02T12:00:00Z', ...group)).toEqual([second]);
    expect(await places('--until', '2026-05-02T12:00:00Z', ...group)).toEqual([first]);
    expect(await places('--since', '-1h', ...group)).toEqual([]);
    expect(await places('--reason', 'handler_failed', '--group', 'notifications')).toEqual([third]);
  });

  it('ls shows pages that follow each other, over all databases', async () => {
    for (let n = 0; n < 3; n += 1) {
      await park();
      await park({ group: 'notifications' });
    }
    const all = placesOf((await answer(list)).answer);
    expect(all).toHaveLength(6);
    const seen: string[] = [];
    let after: string[] = [];
    for (let page = 0; page < 3; page += 1) {
      const { answer: letters, stderr } = await answer(list, '--limit', '2', ...after);
      seen.push(...placesOf(letters));
      const last = seen.at(-1) ?? '';
      expect(stderr).toBe(page < 2 ? `There are more: add --after ${last}\n` : '');
      after = ['--after', last];
    }
    expect(seen).toEqual(all);
    expect((await answer(list, ...after)).answer).toEqual([]);
  });

  it('redrive --all shows how many events its filters select, and changes nothing', async () => {
    await park();
    await park();
    await park({ reason: 'unknown_type' });
    const plan = await answer(redrive, '--all', '--reason', 'handler_failed');
    expect(plan).toMatchObject({
      code: 0,
      answer: {
        executed: false,
        events: 2,
        selected: [{ group: 'user-stats', reason: 'handler_failed', type: 'bids.v1.BidPlaced', events: 2 }],
      },
    });
    expect(await statuses()).toEqual(['parked', 'parked', 'parked']);
  });

  it('redrive --all --execute applies what its filters select, and records who and why', async () => {
    await park();
    await park({ reason: 'unknown_type' });
    await park({ message: invalidBid() });
    const args = ['--all', '--reason', 'handler_failed', '--execute', '--by', 'eve', '--why', 'deployed 1.2'];
    const done = await answer(redrive, ...args);
    expect(done).toMatchObject({
      code: 1,
      answer: [
        { id: 1, group: 'user-stats', outcome: 'redriven' },
        { id: 3, outcome: 'unreadable', problem: expect.stringContaining('user_id') },
      ],
    });
    expect(await statuses()).toEqual(['redriven', 'parked', 'parked']);
    const decision = { decision: 'redrive', by: 'eve', reason: 'deployed 1.2', original: null };
    expect((await answer(show, '1')).answer.decisions).toMatchObject([{ ...decision, settled: true }]);
    expect((await answer(show, '3')).answer.decisions).toMatchObject([{ ...decision, settled: false }]);
  });

  it('discard gives up ids at once, and with --all what its filters select after a plan', async () => {
    await park();
    await park({ reason: 'malformed_envelope' });
    await park();
    await park({ group: 'notifications', reason: 'malformed_envelope' });
    const all = ['--all', '--reason', 'malformed_envelope', '--why', 'a wrong client'];
    expect((await answer(discard, ...all)).answer).toMatchObject({ executed: false, events: 2 });
    expect(await statuses()).toEqual(['parked', 'parked', 'parked']);
    expect((await answer(discard, ...all, '--yes')).answer).toEqual({
      executed: true,
      events: 2,
      discarded: 2,
    });
    expect([await statuses(), await statuses('notifications')]).toEqual([
      ['parked', 'discarded', 'parked'],
      ['discarded'],
    ]);
    const byId = ['1', '3', '--group', 'user-stats', '--why', 'tests'];
    const { lines } = await run(discard, ...byId);
    expect(lines).toMatchObject([
      { id: 1, outcome: 'discarded' },
      { id: 3, outcome: 'discarded' },
    ]);
    expect((await answer(discard, ...byId)).code).toBe(3);
    expect((await answer(show, '3')).answer.decisions).toMatchObject([
      { decision: 'discard', by: userInfo().username, reason: 'tests', settled: true },
    ]);
  });

  it('edit-and-redrive applies a corrected body, and keeps the original', async () => {
    const bid = invalidBid();
    await park({ message: bid, reason: 'invalid_event' });
    const { body } = (await answer(show, '1')).answer;
    expect(body).toMatchObject({ userId: 'nobody' });
    const userId = randomUUID();
    const file = join(directory, 'body.json');
    await writeFile(file, JSON.stringify({ ...body, userId }));
    const args = ['1', '--body', file, '--why', 'the id was missing'];
    expect(await answer(edit, ...args)).toMatchObject({
      code: 0,
      answer: { executed: false, before: { userId: 'nobody' }, after: { userId } },
    });
    expect(await statuses()).toEqual(['parked']);
    expect(await answer(edit, ...args, '--execute')).toMatchObject({
      code: 0,
      answer: { executed: true, outcome: 'redriven' },
    });
    const { rows } = await poolOf('user-stats').query(
      'SELECT total_bids::int AS bids FROM user_stats WHERE user_id = $1',
      [userId],
    );
    expect(rows).toEqual([{ bids: 1 }]);
    expect((await answer(show, '1')).answer).toMatchObject({
      status: 'redriven',
      body: { userId },
      decisions: [
        {
          decision: 'edit-and-redrive',
          by: userInfo().username,
          reason: 'the id was missing',
          settled: true,
          original: { body: { userId: 'nobody' } },
        },
      ],
    });
    expect((await answer(edit, ...args, '--execute')).code).toBe(3);
  });

  it('edit-and-redrive refuses files that hold no valid event, and events whose type is unknown', async () => {
    await park({ reason: 'invalid_event' });
    const { body } = (await answer(show, '1')).answer;
    const file = join(directory, 'wrong.json');
    for (const [text, problem] of [
      ['{', 'is not JSON'],
      ['{ "nonsense": 1 }', 'is not a bids.v1.BidPlaced'],
      [JSON.stringify({ ...body, amount: '0' }), 'breaks a rule of bids.v1.BidPlaced: amount'],
    ] as const) {
      await writeFile(file, text);
      const refused = await answer(edit, '1', '--body', file, '--why', 'a try', '--execute');
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(problem) });
    }
    const missing = join(directory, 'missing.json');
    expect((await answer(edit, '1', '--body', missing, '--why', 'a try')).code).toBe(2);
    await poolOf('user-stats').query("UPDATE dead_letters SET headers = '{}'");
    expect((await answer(edit, '1', '--body', file, '--why', 'a try')).code).toBe(3);
    expect(await statuses()).toEqual(['parked']);
  });

  it.each([
    ['neither ids nor --all', redrive, []],
    ['ids and --all', redrive, ['1', '--all']],
    ['ids and a filter', discard, ['1', '--reason', 'handler_failed', '--why', 'a test']],
    ['a reason that does not exist', redrive, ['--all', '--reason', 'bored']],
    ['a time that does not exist', redrive, ['--all', '--since', '2026-02-30']],
    ['a place that is not one', list, ['--after', '12']],
    ['no reason to discard', discard, ['1']],
    ['no reason to edit', edit, ['1', '--body', 'body.json']],
  ])('exits with 2 for %s', async (_, define, args) => {
    await park();
    expect((await answer(define, ...args)).code).toBe(2);
    expect(await statuses()).toEqual(['parked']);
  });
});

/** The JSON documents of an answer: one, or one per line. */
function parse(stdout: string) {
  try {
    return [JSON.parse(stdout)];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
}
