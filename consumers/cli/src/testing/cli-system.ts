import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type RunningConsumer, startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { startQueueConsumer } from '@gavel/consumer-runtime/start-queue-consumer';
import { createVhost, deleteVhost } from '@gavel/dev/infrastructure/rabbitmq-management';
import { startTestNats } from '@gavel/dev/testing/private-infrastructure';
import { startNatsBridge } from '@gavel/nats-bridge/main';
import { notificationsConsumer } from '@gavel/notifications-consumer/consumer';
import { append } from '@gavel/outbox/append';
import { type Relay, startRelay } from '@gavel/outbox/start-relay';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { transaction } from '@gavel/postgres/transaction';
import { type DatabaseName, databases } from '@gavel/processes';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { databaseKey } from '@gavel/proto/process';
import { userStatsConsumer } from '@gavel/user-stats-consumer/consumer';
import { expect, inject, vi } from 'vitest';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A system of the test file's own: databases, a virtual host, a NATS server, the relay of bids, the consumer of notifications,
 * the bridge to NATS, the group user-stats, and the command line connected to them.
 */
export interface CliSystem {
  readonly bids: TestDatabase;
  readonly stats: TestDatabase;
  readonly notifications: TestDatabase;
  readonly urls: ReturnType<typeof inject<'infrastructure'>>;
  /** Runs `gavel …` in its own process. */
  gavel(...args: string[]): Promise<CommandResult>;
  /** Runs `gavel …` and presses Ctrl-C as soon as `when` resolves. */
  gavelInterrupted(when: () => Promise<void>, ...args: string[]): Promise<CommandResult>;
  /** Deletes a partition and its messages on the broker, and waits until the relay has noticed. */
  losePartition(partition: string): Promise<void>;
  /** The ids of the first 50 messages of a partition; null for a message that is not an event. */
  peekIds(partition: string): Promise<(string | null)[]>;
  /** Runs a line of bash with `gavel` in the PATH. `output` holds stdout and stderr, as on a terminal. */
  shell(line: string, env?: Readonly<Record<string, string>>): Promise<{ code: number; output: string }>;
  /** Appends bids with these sequences to one auction, and waits until they are published. */
  bid(itemId: string, userId: string, ...sequences: number[]): Promise<void>;
  startGroup(): void;
  stopGroup(): Promise<void>;
  /** Resolves when the group has applied or parked everything that the outbox has published. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

/** Applied events have a row in processed_events. An invalid event is only parked. */
const HANDLED = `SELECT count(*) AS events FROM (
  SELECT event_id FROM processed_events UNION SELECT event_id FROM dead_letters) handled`;

const checkout = resolve(import.meta.dirname, '../../../..');
const bin = join(import.meta.dirname, '../../bin');

export async function startCliSystem(): Promise<CliSystem> {
  const servers = inject('infrastructure');
  const vhost = `cli-${randomUUID()}`;
  const urls = await createVhost(servers, vhost);
  const nats = await startTestNats();
  const created = await createDatabases();
  const [bids, stats, notifications] = [
    pick(created, 'gavel_bids'),
    pick(created, 'gavel_stats'),
    pick(created, 'gavel_notifications'),
  ];
  const directory = await mkdtemp(join(tmpdir(), 'gavel-cli-'));
  const connections = join(directory, 'connections.json');
  await writeFile(
    connections,
    JSON.stringify({
      STREAM_URL: urls.streamUrl,
      AMQP_URL: urls.amqpUrl,
      MANAGEMENT_URL: urls.managementUrl,
      NATS_URL: nats.url,
      ...Object.fromEntries([...created].map(([name, { url }]) => [databaseKey(name), url])),
    }),
  );
  const relay: Relay = startRelay({
    outbox: 'bids',
    databaseUrl: bids.url,
    amqpUrl: urls.amqpUrl,
    streamUrl: urls.streamUrl,
    retentionSeconds: 3600,
  });
  const notifier = startQueueConsumer({
    definition: notificationsConsumer({ mail: false }),
    pool: notifications.pool,
    amqpUrl: urls.amqpUrl,
  });
  const bridgeStops: (() => Promise<void> | void)[] = [];
  await startNatsBridge(
    {
      HOST: '127.0.0.1',
      PORT: 0,
      STREAM_URL: urls.streamUrl,
      NATS_URL: nats.url,
      NATS_MAX_BYTES: 10_000_000,
      NATS_REPLICAS: 1,
    },
    { onStop: (_, stop) => void bridgeStops.push(stop) },
  );
  let group: RunningConsumer | undefined;
  const stopGroup = async (): Promise<void> => {
    await group?.stop();
    group = undefined;
  };
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, GAVEL_CONNECTIONS: connections };
  const run = (
    file: string,
    args: readonly string[],
    more: Readonly<Record<string, string>> = {},
    interruptWhen?: () => Promise<void>,
  ) =>
    new Promise<CommandResult>((done, fail) => {
      const options = { cwd: checkout, env: { ...env, ...more }, timeout: 90_000 };
      const child = execFile(file, args, options, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 255), stdout, stderr }),
      );
      interruptWhen?.().then(() => child.kill('SIGINT'), fail);
    });
  // Counted here, because tests delete rows of the outbox like retention does, while positions stay.
  let appended = 0;
  const published = async (): Promise<void> => {
    await vi.waitFor(
      async () => {
        const { rows } = await bids.pool.query('SELECT published_position >= $1 AS all FROM outbox_relay', [
          appended,
        ]);
        expect(rows).toEqual([{ all: true }]);
      },
      { timeout: 60_000, interval: 50 },
    );
  };
  return {
    bids,
    stats,
    notifications,
    urls,
    gavel: (...args) => run(join(bin, 'gavel'), args),
    gavelInterrupted: (when, ...args) => run(join(bin, 'gavel'), args, {}, when),
    async losePartition(partition) {
      const url = new URL(`/api/queues/${encodeURIComponent(vhost)}/${partition}`, urls.managementUrl);
      const credentials = Buffer.from(`${url.username}:${url.password}`).toString('base64');
      const authorization = { headers: { authorization: `Basic ${credentials}` } };
      [url.username, url.password] = ['', ''];
      const { status } = await fetch(url, { method: 'DELETE', ...authorization });
      expect(status).toBe(204);
      await vi.waitFor(
        async () => {
          const { rows } = await bids.pool.query('SELECT 1 FROM outbox_lost WHERE refilled_at IS NULL');
          expect(rows).toHaveLength(1);
        },
        { timeout: 60_000, interval: 100 },
      );
    },
    async peekIds(partition) {
      const args = ['streams', 'peek', partition, '--from', 'first', '--limit', '50', '--json'];
      const { stdout } = await run(join(bin, 'gavel'), args);
      return stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { envelope: { id: string } | null }).envelope?.id ?? null);
    },
    async shell(line, more) {
      const { code, stdout } = await run('bash', ['-c', `${line} 2>&1`], more);
      return { code, output: stdout };
    },
    async bid(itemId, userId, ...sequences) {
      await transaction(bids.pool, (tx) =>
        append(
          tx,
          sequences.map((sequence) => ({
            schema: BidPlacedSchema,
            body: {
              bidId: bidIdOf(itemId, sequence),
              itemId,
              userId,
              amount: 100n * BigInt(sequence),
              timestamp: '2026-05-01T12:00:00.000Z',
              currency: 'USD',
            },
            aggregateId: itemId,
            sequence: BigInt(sequence),
          })),
        ),
      );
      appended += sequences.length;
      await published();
    },
    startGroup() {
      group = startConsumer({ definition: userStatsConsumer, pool: stats.pool, streamUrl: urls.streamUrl });
    },
    stopGroup,
    async caughtUp() {
      await published();
      const { rows } = await bids.pool.query<{ events: bigint }>('SELECT count(*) AS events FROM outbox');
      await vi.waitFor(
        async () => {
          const { rows: handled } = await stats.pool.query<{ events: bigint }>(HANDLED);
          expect(handled[0]?.events).toBe(rows[0]?.events);
        },
        { timeout: 60_000, interval: 50 },
      );
    },
    async close() {
      await stopGroup();
      for (const stop of bridgeStops.toReversed()) await stop();
      await notifier.stop();
      await relay.stop();
      await nats.stop();
      await Promise.all([...created.values()].map((database) => database.drop()));
      await deleteVhost(servers.managementUrl, vhost);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Every database of Gavel, with its tables. */
async function createDatabases(): Promise<ReadonlyMap<DatabaseName, TestDatabase>> {
  const created = databases.map(
    async ({ name, migrations }) => [name, await createTestDatabase(migrations)] as const,
  );
  return new Map(await Promise.all(created));
}

function pick(created: ReadonlyMap<DatabaseName, TestDatabase>, name: DatabaseName): TestDatabase {
  const found = created.get(name);
  if (found === undefined) throw new Error(`no database ${name}`);
  return found;
}

/** A bid has the same id in every run, so that recorded bodies can be compared. */
function bidIdOf(itemId: string, sequence: number): string {
  return `${itemId.slice(0, -4)}${sequence.toString(16).padStart(4, '0')}`;
}
