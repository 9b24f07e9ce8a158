import { publishRaw } from '@gavel/rabbitmq/testing/raw-publisher';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { groupNames } from './groups/group-names.ts';
import { knownGroups } from './groups/known-groups.ts';
import { type CliSystem, startCliSystem } from './testing/cli-system.ts';

const ITEM = '01970000-0000-7000-8000-00000000000b';
const PARTITION = 'gavel.bids-0';
const USER = '01970000-0000-7000-8000-0000000000b2';

describe('the command line on a running system', () => {
  let system: CliSystem;

  beforeAll(async () => {
    system = await startCliSystem();
    await system.bid(ITEM, USER, 1, 2, 3);
    system.startGroup();
    await system.caughtUp();
    await system.stopGroup();
  });
  afterAll(() => system?.close());

  const peekIds = () => system.peekIds(PARTITION);
  const json = async (...args: string[]) => JSON.parse((await system.gavel(...args, '--json')).stdout);
  const totals = async () => {
    const { rows } = await system.stats.pool.query<{ total: bigint }>(
      'SELECT total_bids AS total FROM user_stats WHERE user_id = $1',
      [USER],
    );
    return rows[0]?.total;
  };

  it('exits with 2 for a command that it does not understand, and points to the help', async () => {
    for (const args of [
      ['streams', 'peek', 'gavel.bids', '--from', 'yesterday'],
      ['streams', 'peek', 'gavel.bids', '--subject', 'gavel.>.x'],
      ['groups', 'seek', 'user-stats'],
      ['replay', 'user-stats', '--until', 'last'],
      ['groups', 'seek', 'user-stats', '--to', 'first', '--force'],
      ['refill', 'gavel.bids', '--dry-run', '--execute'],
      ['nothing'],
    ]) {
      const { code, stdout, stderr } = await system.gavel(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toContain('help');
    }
  });

  it('exits with 4 for streams, groups, dead letters and events that do not exist', async () => {
    for (const args of [
      ['streams', 'show', 'gavel.cats'],
      ['groups', 'show', 'cats'],
      ['dead-letters', 'show', '4711'],
      ['trace', '01970000-0000-7000-8000-000000000000'],
      ['groups', 'seek', 'user-stats', '--undo'],
      ['replay', 'user-stats', '--swap'],
    ]) {
      expect({ args, code: (await system.gavel(...args)).code }).toEqual({ args, code: 4 });
    }
  });

  it('shows a message that cannot be decoded in base64', async () => {
    await publishRaw(system.urls.streamUrl, PARTITION, [Buffer.from('not a message')]);
    const { stdout } = await system.gavel('streams', 'peek', PARTITION, '--from', 'last', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      envelope: null,
      body: null,
      problem: expect.stringContaining('not an AMQP 1.0 message'),
      bytes: Buffer.from('not a message').toString('base64'),
    });
  });

  it('seeks by age and to the end, undoes a seek, and reads again without applying again', async () => {
    const before = await totals();
    await system.gavel('groups', 'seek', 'user-stats', '--to', '-1h', '--execute');
    expect((await json('groups', 'ls'))[0]).toMatchObject({ lagMessages: 4, members: 0 });
    await system.gavel('groups', 'seek', 'user-stats', '--to', 'next', '--execute');
    expect((await json('groups', 'ls'))[0]).toMatchObject({ lagMessages: 0 });
    const undone = await json('groups', 'seek', 'user-stats', '--undo', '--execute');
    expect(undone.steps[0]).toMatchObject({ partition: PARTITION, after: null, readsAgain: 4 });
    expect((await json('groups', 'ls'))[0]).toMatchObject({ lagMessages: 4 });
    system.startGroup();
    await expect
      .poll(async () => (await json('groups', 'ls'))[0].lagMessages, { timeout: 60_000, interval: 250 })
      .toBe(0);
    expect(await totals()).toBe(before);
    await system.stopGroup();
  });

  it('replays up to an offset; a swap sets the group back to that offset, and its undo to where it was', async () => {
    const before = await totals();
    await system.bid(ITEM, USER, 4);
    const replayed = await json('replay', 'user-stats', '--from', 'first', '--until', '1');
    expect(replayed.tables[0].examples[0].replayed).toMatchObject({ total_bids: 1 });
    expect(await json('replay', 'user-stats', '--swap')).toMatchObject({ swapped: true });
    expect(await totals()).toBe(1n);
    expect(await json('replay', 'user-stats', '--undo')).toMatchObject({ undone: true });
    expect(await totals()).toBe(before);
    expect(await json('replay', 'user-stats', '--undo')).toMatchObject({ undone: true });
    expect(await totals()).toBe(1n);
  });

  it('swaps while the group is running, which continues with the new tables', async () => {
    system.startGroup();
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(4n);
    await system.stats.pool.query('UPDATE user_stats SET total_bids = 90 WHERE user_id = $1', [USER]);
    const swapped = await json('replay', 'user-stats', '--from', 'first', '--swap');
    expect(swapped).toMatchObject({ swapped: true, same: false });
    const changed = (swapped.tables as { table: string; changed: number }[]).map(
      (each) => `${each.table}: ${each.changed}`,
    );
    expect(changed).toEqual(['user_stats: 1', 'user_currency_totals: 0']);
    await system.bid(ITEM, USER, 5);
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(5n);
    await system.stopGroup();
  });

  it('refuses to swap while a view depends on the live table', async () => {
    await system.stats.pool.query('CREATE VIEW biggest AS SELECT * FROM user_stats');
    const { code, stderr } = await system.gavel('replay', 'user-stats', '--from', 'first', '--swap');
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('view biggest') });
    await system.stats.pool.query('DROP VIEW biggest');
  });

  it('restores a lost partition, in order and without duplicates', async () => {
    const before = await peekIds();
    const recreate = ['refill', 'gavel.bids', '--partition', '0', '--recreate', '--execute'];
    // The message that is not an event is not in Postgres, so a refill would lose it.
    expect((await system.gavel(...recreate)).code).toBe(3);
    expect(await peekIds()).toEqual(before);
    expect((await system.gavel(...recreate, '--lose-older')).code).toBe(0);
    expect(await peekIds()).toEqual(before.filter((id) => id !== null));
    await system.bid(ITEM, USER, 6);
    expect(await peekIds()).toHaveLength(6);
    // The group would refuse the new stream. The refill has removed its checkpoint, so it reads from the start.
    const [stats] = await json('groups', 'ls');
    const lagMessages = (await peekIds()).length;
    expect(stats).toMatchObject({ group: 'user-stats', state: 'empty', problems: [], lagMessages });
    expect((await system.gavel('groups', 'seek', 'user-stats', '--undo')).code).toBe(4);
    system.startGroup();
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(6n);
    await system.stopGroup();
  });

  it('refuses to undo a seek of a group that has read on since, unless forced', async () => {
    await system.gavel('groups', 'seek', 'user-stats', '--to', 'first', '--partition', '0', '--execute');
    await system.stats.pool.query(
      'UPDATE checkpoints SET last_offset = 1 WHERE stream_partition = $1 AND consumer = $2',
      [PARTITION, 'user-stats'],
    );
    const undo = ['groups', 'seek', 'user-stats', '--undo', '--execute'];
    const refused = await system.gavel(...undo);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--force') });
    expect((await system.gavel(...undo, '--force')).code).toBe(0);
    expect((await json('groups', 'ls'))[0]).toMatchObject({ lagMessages: 0 });
  });

  it('refuses to seek groups without checkpoints, and shows the state unknown if a server does not answer', async () => {
    for (const name of ['notifications', 'nats-bridge']) {
      expect((await system.gavel('groups', 'seek', name, '--to', 'first')).code).toBe(3);
    }
    const nobody = ['--nats-url', 'nats://u:p@127.0.0.1:1', '--management-url', 'http://u:p@127.0.0.1:1'];
    const groups = (await json('groups', 'ls', ...nobody)) as { group: string; state: string }[];
    expect(groups.map(({ group }) => group)).toEqual(groupNames);
    expect(Object.fromEntries(groups.map(({ group, state }) => [group, state]))).toMatchObject({
      'user-stats': 'ok',
      leaderboard: 'empty',
      notifications: 'unknown',
      'nats-bridge': 'unknown',
    });
  });

  it('exits with 3 if a refill leaves a loss open, and refuses a refill that would lose events', async () => {
    await system.losePartition(PARTITION);
    await system.bid(ITEM, USER, 7);
    const all = await system.gavel('refill', 'gavel.bids', '--execute');
    expect(all).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`still lost: ${PARTITION}: positions 1 to`),
    });
    const one = ['refill', 'gavel.bids', '--partition', '0', '--recreate', '--execute'];
    expect((await system.gavel(...one)).code).toBe(0);
    expect((await json('outbox', 'status'))[1].lost).toEqual([]);
    expect(await peekIds()).toHaveLength(7);

    const [first] = (await peekIds()) as [string];
    // Deletes the event like retention does.
    await system.bids.pool.query(
      'WITH old AS (DELETE FROM outbox WHERE id = 1) DELETE FROM outbox_claims WHERE last_position = 1',
    );
    const trace = await json('trace', first);
    expect(trace).toMatchObject({ outbox: 'bids', stored: { partition: PARTITION } });
    expect(
      trace.steps.map(({ step, where }: { step: string; where: string }) => `${step}: ${where}`),
    ).toEqual([
      expect.stringMatching(/^appended: not in any outbox: auth is empty, bids starts at/),
      'relayed: gone with the row',
      `stored: ${PARTITION}@0`,
      'confirmed: gone with the row',
      'applied: user-stats',
      'applied: leaderboard: not yet',
      'applied: seller-stats: not subscribed',
      'applied: auditor: not yet',
      'applied: notifications',
      expect.stringMatching(/^mirrored: nats-bridge, GAVEL_BIDS#/),
    ]);
    // The relay also notices the loss of events that it has published to the recreated partition.
    await system.bid(ITEM, USER, 8);
    await system.losePartition(PARTITION);
    const refused = await system.gavel(...one);
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('1 of them no longer in Postgres'),
    });
    expect((await system.gavel(...one, '--lose-older')).code).toBe(0);
    expect((await json('outbox', 'status'))[1].lost).toEqual([]);
    expect(await peekIds()).toHaveLength(7);
  });

  it('stops a refill at Ctrl-C, and shows the partition as lost until it is refilled again', async () => {
    // The refill waits for this lock right after it has declared the partition lost.
    const holder = await system.bids.pool.connect();
    await holder.query(`
      CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END';
      CREATE TRIGGER wait_here AFTER INSERT ON outbox_lost FOR EACH ROW EXECUTE FUNCTION wait_here();
      SELECT pg_advisory_lock(4711)`);
    const one = ['refill', 'gavel.bids', '--partition', '0', '--recreate', '--execute'];
    const interrupted = await system.gavelInterrupted(
      async () => {
        await vi.waitFor(
          async () => {
            const { rows } = await system.bids.pool.query(
              `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`,
            );
            expect(rows).toHaveLength(1);
          },
          { timeout: 30_000, interval: 50 },
        );
        // Ctrl-C comes first, then the lock is released.
        setImmediate(
          () => void holder.query('SELECT pg_advisory_unlock(4711)').finally(() => holder.release()),
        );
      },
      ...one,
    );
    await system.bids.pool.query('DROP TRIGGER wait_here ON outbox_lost; DROP FUNCTION wait_here()');
    expect(interrupted).toMatchObject({
      code: 130,
      stderr: expect.stringContaining(`${PARTITION} is incomplete and counts as lost`),
    });
    expect((await json('outbox', 'status'))[1].lost).toMatchObject([{ partition: PARTITION }]);
    expect((await system.gavel(...one)).code).toBe(0);
    expect((await json('outbox', 'status'))[1].lost).toEqual([]);
    expect(await peekIds()).toHaveLength(7);
  });

  it('handles dead letters of work queues, and asks for the group if two have the same id', async () => {
    for (const [database, consumer] of [
      [system.stats, 'user-stats'],
      [system.notifications, 'notifications'],
    ] as const) {
      await database.pool.query(
        `INSERT INTO dead_letters (id, consumer, stream_partition, message_key, headers, body, reason, error, attempts)
         OVERRIDING SYSTEM VALUE
         VALUES (4000, $1, 'gavel.notifications', 'key', '{}', '', 'malformed_envelope', 'test', 1)`,
        [consumer],
      );
    }
    const deadLetters = (await json('dead-letters', 'ls')).filter(({ id }: { id: number }) => id === 4000);
    expect(deadLetters).toMatchObject([{ group: 'user-stats' }, { group: 'notifications', offset: null }]);
    const discard = ['dead-letters', 'discard', '4000', '--why', 'a test'];
    expect((await system.gavel(...discard)).code).toBe(2);
    const redriven = await system.gavel(
      'dead-letters',
      'redrive',
      '4000',
      '--group',
      'notifications',
      '--json',
    );
    expect(JSON.parse(redriven.stdout)).toMatchObject([{ outcome: 'unreadable' }]);
    expect(redriven.code).toBe(1);
    expect((await system.gavel(...discard, '--group', 'notifications')).code).toBe(0);
    expect((await system.gavel('dead-letters', 'redrive', '4000', '--group', 'notifications')).code).toBe(3);
  });

  it('completes commands, options, groups and streams in bash', async () => {
    const complete = async (...words: string[]) => {
      const quoted = ['gavel', ...words].map((word) => `'${word}'`).join(' ');
      const line = `source <(gavel completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _gavel; echo "\${COMPREPLY[@]}"`;
      return (await system.shell(line)).output.trim();
    };
    expect(await complete('stre')).toBe('streams');
    const names = knownGroups.map(({ name }) => name).sort();
    expect(names).toEqual(expect.arrayContaining(['leaderboard', 'user-stats']));
    expect(await complete('groups', 'seek', '')).toBe(names.join(' '));
    expect(await complete('streams', 'show', 'gavel.b')).toBe('gavel.bids');
    expect(await complete('groups', 'seek', 'user-stats', '--p')).toBe('--partition');
  });
});
