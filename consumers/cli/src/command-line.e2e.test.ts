import { publishRaw } from '@gavel/consumer-runtime/testing/raw-publisher';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliSystem, startCliSystem } from './testing/cli-system.ts';

const ITEM = '01970000-0000-7000-8000-00000000000b';
const PARTITION = 'gavel.bids-0';
const USER = '01970000-0000-7000-8000-0000000000b2';

describe('the command line on a system at work', () => {
  let system: CliSystem;

  beforeAll(async () => {
    system = await startCliSystem();
    await system.bid(ITEM, USER, 1, 2, 3);
    system.startGroup();
    await system.caughtUp();
    await system.stopGroup();
  });
  afterAll(() => system?.close());

  const json = async (...args: string[]) => JSON.parse((await system.gavel(...args, '--json')).stdout);
  const totals = async () => {
    const { rows } = await system.stats.pool.query<{ total: bigint }>(
      'SELECT total_bids AS total FROM user_stats WHERE user_id = $1',
      [USER],
    );
    return rows[0]?.total;
  };

  it('answers 2 for what it does not understand, with a way to the help', async () => {
    for (const args of [
      ['streams', 'peek', 'gavel.bids', '--from', 'yesterday'],
      ['streams', 'peek', 'gavel.bids', '--subject', 'gavel.>.x'],
      ['groups', 'seek', 'user-stats'],
      ['replay', 'user-stats', '--until', 'last'],
      ['nothing'],
    ]) {
      const { code, stdout, stderr } = await system.gavel(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toContain('help');
    }
  });

  it('answers 4 for streams, groups, letters and events that are not there', async () => {
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

  it('answers 5 when nobody listens, and says how to start somebody, for programs too', async () => {
    const nobody = ['--stream-url', 'rabbitmq-stream://u:p@127.0.0.1:1/v', '--json'];
    const { code, stderr } = await system.gavel('streams', 'ls', ...nobody);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { reason: 'unreachable', wayOut: expect.stringContaining('make up') },
    });
    const database = ['--stats-database-url', 'postgres://u:p@127.0.0.1:1/d'];
    expect((await system.gavel('dead-letters', 'ls', ...database)).code).toBe(5);
  });

  it('shows what no registry can decode as it is', async () => {
    await publishRaw(system.urls.streamUrl, PARTITION, [Buffer.from('not a message')]);
    const { stdout } = await system.gavel('streams', 'peek', PARTITION, '--from', 'last', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      envelope: null,
      body: null,
      problem: expect.stringContaining('not an AMQP 1.0 message'),
      bytes: Buffer.from('not a message').toString('base64'),
    });
  });

  it('seeks by age and by moment, undoes in turn, and reads again without applying again', async () => {
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

  it('replays up to a place, and a swap puts the group back to there', async () => {
    await system.bid(ITEM, USER, 4);
    const replayed = await json('replay', 'user-stats', '--from', 'first', '--until', '1');
    expect(replayed.tables[0].examples[0].replayed).toMatchObject({ total_bids: 1 });
    expect(await json('replay', 'user-stats', '--swap')).toMatchObject({ swapped: true });
    expect(await totals()).toBe(1n);
  });

  it('swaps under a group at work, which goes on with the new tables', async () => {
    system.startGroup();
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(4n);
    await system.stats.pool.query('UPDATE user_stats SET total_bids = 90 WHERE user_id = $1', [USER]);
    const swapped = await json('replay', 'user-stats', '--from', 'first', '--swap');
    expect(swapped).toMatchObject({
      swapped: true,
      same: false,
      tables: [{ table: 'user_stats', changed: 1 }],
    });
    await system.bid(ITEM, USER, 5);
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(5n);
    await system.stopGroup();
  });

  it('refuses to swap while a view hangs on the live table', async () => {
    await system.stats.pool.query('CREATE VIEW biggest AS SELECT * FROM user_stats');
    const { code, stderr } = await system.gavel('replay', 'user-stats', '--from', 'first', '--swap');
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('view biggest') });
    await system.stats.pool.query('DROP VIEW biggest');
  });

  it('brings a lost partition back, in order, and once', async () => {
    const before = await peekIds();
    const recreate = ['refill', 'gavel.bids', '--partition', '0', '--recreate', '--execute'];
    // The message that was none is not in Postgres, so it would be gone.
    expect((await system.gavel(...recreate)).code).toBe(3);
    expect(await peekIds()).toEqual(before);
    expect((await system.gavel(...recreate, '--lose-older')).code).toBe(0);
    expect(await peekIds()).toEqual(before.filter((id) => id !== null));
    await system.bid(ITEM, USER, 6);
    expect(await peekIds()).toHaveLength(6);
    expect((await json('groups', 'ls'))[0].problems).not.toEqual([]);
    expect((await system.gavel('groups', 'seek', 'user-stats', '--to', 'first', '--execute')).code).toBe(0);
    system.startGroup();
    await expect.poll(() => totals(), { timeout: 60_000, interval: 250 }).toBe(6n);
    await system.stopGroup();
  });

  const peekIds = async (): Promise<(string | null)[]> => {
    const { stdout } = await system.gavel(
      'streams',
      'peek',
      PARTITION,
      '--from',
      'first',
      '--limit',
      '50',
      '--json',
    );
    return stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { envelope: { id: string } | null }).envelope?.id ?? null);
  };

  it('knows the letters of work queues, and asks whose is meant when two have the same number', async () => {
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
    const letters = (await json('dead-letters', 'ls')).filter(({ id }: { id: number }) => id === 4000);
    expect(letters).toMatchObject([{ group: 'user-stats' }, { group: 'notifications', offset: null }]);
    expect((await system.gavel('dead-letters', 'discard', '4000')).code).toBe(2);
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
    expect((await system.gavel('dead-letters', 'discard', '4000', '--group', 'notifications')).code).toBe(0);
    expect((await system.gavel('dead-letters', 'redrive', '4000', '--group', 'notifications')).code).toBe(3);
  });

  it('completes commands, options, groups and streams in bash', async () => {
    const complete = async (...words: string[]) => {
      const quoted = ['gavel', ...words].map((word) => `'${word}'`).join(' ');
      const line = `source <(gavel completion bash); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _gavel; echo "\${COMPREPLY[@]}"`;
      return (await system.shell(line)).output.trim();
    };
    expect(await complete('stre')).toBe('streams');
    expect(await complete('groups', 'seek', '')).toBe('user-stats');
    expect(await complete('streams', 'show', 'gavel.b')).toBe('gavel.bids');
    expect(await complete('groups', 'seek', 'user-stats', '--p')).toBe('--partition');
  });
});
