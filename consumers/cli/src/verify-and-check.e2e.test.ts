import { UNROUTED_QUEUE } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupNames } from './groups/group-names.ts';
import { type CliSystem, startCliSystem } from './testing/cli-system.ts';

const ITEM = '01970000-0000-7000-8000-00000000000a';
const USER = '01970000-0000-7000-8000-0000000000b2';
const QUIET_ITEM = '01970000-0000-7000-8000-00000000000b';
const QUIET_USER = '01970000-0000-7000-8000-0000000000b3';

describe('the command line finds what is wrong', () => {
  let system: CliSystem;

  beforeAll(async () => {
    system = await startCliSystem();
    await system.bid(QUIET_ITEM, QUIET_USER, 1, 2, 3);
  });
  afterAll(() => system?.close());

  const totals = async () => {
    const { rows } = await system.stats.pool.query<{ total: bigint }>(
      'SELECT total_bids AS total FROM user_stats WHERE user_id = $1',
      [USER],
    );
    return rows[0]?.total;
  };

  it('exits with 5 if a server does not answer, and says how to start it, also in JSON', async () => {
    const nobody = ['--stream-url', 'rabbitmq-stream://u:p@127.0.0.1:1/v', '--json'];
    const { code, stderr } = await system.gavel('streams', 'ls', ...nobody);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { reason: 'unreachable', wayOut: expect.stringContaining('make up') },
    });
    const database = ['--gavel-stats-url', 'postgres://u:p@127.0.0.1:1/d'];
    expect((await system.gavel('dead-letters', 'ls', ...database)).code).toBe(5);
  });

  it('finds a projection equal while its group applies events, and exits with 6 when it differs', async () => {
    system.startGroup();
    let sequence = 0;
    let isBusy = true;
    const bidding = (async () => {
      while (isBusy) {
        sequence += 1;
        await system.bid(ITEM, USER, sequence);
      }
    })();
    try {
      for (let round = 0; round < 3; round += 1) {
        const { code, stdout } = await system.gavel('replay', 'user-stats', '--from', 'first', '--json');
        expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, same: true });
      }
      await system.stats.pool.query('UPDATE user_stats SET total_bids = total_bids + 90 WHERE user_id = $1', [
        QUIET_USER,
      ]);
      const { code, stdout } = await system.gavel('replay', 'user-stats', '--from', 'first', '--json');
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 6, same: false });
    } finally {
      isBusy = false;
      await bidding;
    }
    await expect.poll(totals, { timeout: 60_000, interval: 250 }).toBe(BigInt(sequence));
    await system.stopGroup();
  });

  it('shows the whole system once, with what does not answer, and leaves the judgement to check', async () => {
    const nobody = ['--process-urls', 'bids=http://127.0.0.1:1'];
    const { code, stdout } = await system.gavel('top', '--once', '--json', ...nobody);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({
      code: 0,
      bids: { acceptedPerSecond: null, refusedPerSecond: null, reasons: [] },
      processes: [{ name: 'bids', url: 'http://127.0.0.1:1', problem: expect.any(String) }],
      groups: groupNames.map((group) => ({ group })),
      outboxes: [
        { outbox: 'auth', held: false, activeRelays: null },
        { outbox: 'bids', held: true, depth: 0 },
      ],
      findings: null,
      problems: [],
    });
    // Without a terminal it is printed once, too.
    const printed = await system.gavel('top');
    expect(printed.code).toBe(0);
    expect(printed.stdout).toMatch(/^processes +PROCESS_URLS is unknown$/m);
    expect(printed.stdout).toMatch(/^leaderboard +0 +\d+ .* empty$/m);
  });

  it('says what is wrong in one check, and exits with 6', async () => {
    const { code, stdout } = await system.gavel('check', '--json');
    const { ok, problems } = JSON.parse(stdout);
    expect({ code, ok }).toEqual({ code: 6, ok: false });
    expect(problems).toContainEqual({
      kind: 'group',
      name: 'leaderboard',
      problem: expect.stringMatching(/^empty: \d+ events and no member$/),
    });
    expect(problems).toContainEqual({ kind: 'outbox', name: 'auth', problem: 'no relay is active' });
    expect(JSON.parse(stdout)).toMatchObject({ unrouted: 0 });
    const client = await amqp.connect(system.urls.amqpUrl);
    const channel = await client.createConfirmChannel();
    channel.sendToQueue(UNROUTED_QUEUE, Buffer.from('an event'));
    await channel.waitForConfirms();
    await client.close();
    expect((await system.gavel('check')).stderr).toContain(
      '1 events in gavel.unrouted: nobody has subscribed',
    );
    expect((await system.gavel('check', '--stream-url', 'rabbitmq-stream://u:p@127.0.0.1:1/v')).code).toBe(5);
  });
});
