import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { ensurePython } from '@gavel/dev/infrastructure/install/apt-packages';
import { managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { partitionFor } from '@gavel/proto/partitioner';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commitBids, createEventRig, type EventRig, type StoredEvent } from '../testing/event-rig.ts';
import { type PythonProgram, startPython } from '../testing/python-program.ts';

const page = fileURLToPath(import.meta.resolve('@gavel/proto/foreign-readers.md'));
const descriptors = fileURLToPath(import.meta.resolve('@gavel/proto/baseline.binpb'));
const WAIT = { timeout: 60_000, interval: 100 };

interface ReadLine {
  readonly offset: number;
  readonly new: boolean;
  readonly event: readonly [Record<string, string>, Record<string, string>] | null;
}

let rig: EventRig;
let folder: string;
let python: string;
let readerUrl: string;
const programs: PythonProgram[] = [];
beforeAll(async () => {
  python = await ensurePython((line) => process.stderr.write(`[python] ${line}\n`));
  folder = await mkdtemp(join(tmpdir(), 'foreign-readers-'));
  await writePrograms();
  rig = await createEventRig();
  readerUrl = await createReader();
  rig.relay();
}, 300_000);
afterAll(async () => {
  for (const program of programs) await program.stop();
  await managementRequest(rig.urls.managementUrl, 'DELETE', `/api/users/${new URL(readerUrl).username}`);
  await rig.drop();
  await rm(folder, { recursive: true });
});

/** Writes each program of the page into the folder, under the name that the page gives it. */
async function writePrograms(): Promise<void> {
  const text = await readFile(page, 'utf8');
  for (const [, name, program] of text.matchAll(/^```python (\S+)\n(.*?)^```$/gms)) {
    await writeFile(join(folder, name ?? ''), program ?? '');
  }
}

/** Creates the broker's account that the page recommends. Its permissions are read from the page. */
async function createReader(): Promise<string> {
  const [, configure, write, read] =
    /set_permissions reader '(.+)' '(.+)' '(.+)'/.exec(await readFile(page, 'utf8')) ?? [];
  const url = new URL(rig.urls.amqpUrl);
  url.username = `reader-${uuidv7()}`;
  url.password = uuidv7();
  const call = (path: string, body: unknown) => managementRequest(rig.urls.managementUrl, 'PUT', path, body);
  await call(`/api/users/${url.username}`, { password: url.password, tags: '' });
  await call(`/api/permissions/${url.pathname.slice(1)}/${url.username}`, { configure, write, read });
  return url.href;
}

function start(...args: string[]): PythonProgram {
  const program = startPython(python, folder, args, {
    AMQP_URL: readerUrl,
    GAVEL_DESCRIPTORS: descriptors,
  });
  programs.push(program);
  return program;
}

/** What `read_stream.py` has printed about events. It also prints the markers of `readStream`, and types that it does not know. */
const eventsOf = (program: PythonProgram): ReadLine[] =>
  (program.lines() as ReadLine[]).filter(({ event }) => event !== null);

/** Publishes a message to a partition of the stream without the relay. */
const publish = (partition: string, headers: Record<string, unknown>, body: Buffer): Promise<void> =>
  rig.withBroker(async (connection) => {
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(partition, body, { headers });
    await channel.waitForConfirms();
  });

describe("the page's Python programs", () => {
  it('count each bid of a partition once, in order, also after a restart, and read older messages', async () => {
    const item = uuidv7();
    const partition = partitionFor('gavel.bids', item);
    const database = join(folder, 'counts.sqlite');
    await commitBids(rig.pool, item, ...Array.from({ length: 12 }, (_, i) => i + 1));
    const isOfItem = ({ partitionkey }: StoredEvent): boolean => partitionkey === item;
    const stored = await vi.waitFor(async () => {
      const events = (await rig.readStream()).filter(isOfItem);
      expect(events).toHaveLength(12);
      return events;
    }, WAIT);

    const first = start('read_stream.py', partition, database);
    await vi.waitFor(() => expect(eventsOf(first)).toHaveLength(12), WAIT);
    const read = eventsOf(first);
    await first.stop();
    const sequences = read.map(({ event }) => event?.[0].sequence ?? '');
    expect(sequences).toEqual(sequences.toSorted());
    expect(read.map(({ event }) => event?.[1].amount)).toEqual(stored.map(({ sequence }) => sequence));
    expect(read.map(({ event }) => event?.[0].id)).toEqual(stored.map(({ id }) => id));
    expect(read[0]?.event?.[0]).toMatchObject({
      partitionkey: item,
      subject: `gavel.bids.bid_placed.${item}`,
      sequence: '0000000000000000001',
      dataschema: 'https://type.googleapis.com/bids.v1.BidPlaced',
    });

    const { cloudEvents_dataschema: _, ...headers } = stored[0]?.headers ?? {};
    const bid = Buffer.concat([Buffer.from([0x12, item.length]), Buffer.from(item)]);
    const later = { ...headers, cloudEvents_id: uuidv7(), cloudEvents_type: 'bids.v1.Later' };
    const older = { ...headers, cloudEvents_id: uuidv7(), cloudEvents_sequence: '13' };
    for (const message of [headers, later, older]) await publish(partition, message, bid);
    const second = start('read_stream.py', partition, database);
    await vi.waitFor(() => expect(eventsOf(second)).toHaveLength(2), WAIT);
    const [copy, old] = eventsOf(second);
    await second.stop();
    expect(copy).toMatchObject({ new: false, event: [{ id: stored[0]?.id }, {}] });
    expect(copy?.offset).toBeGreaterThan(read.at(-1)?.offset ?? 0);
    expect(old).toMatchObject({ new: true, event: [{ sequence: '0000000000000000013' }, { item_id: item }] });
    const counts = new DatabaseSync(database, { readOnly: true });
    expect(counts.prepare('SELECT bids FROM bid_counts').all()).toEqual([{ bids: 13 }]);
    counts.close();
  });

  it('follow the events of one subject on the topic exchange', async () => {
    const item = uuidv7();
    const follower = start('follow_events.py', `gavel.bids.*.${item}`);
    await vi.waitFor(() => expect(follower.lines()).toHaveLength(1), WAIT);
    await commitBids(rig.pool, uuidv7(), 1);
    await commitBids(rig.pool, item, 1);
    await vi.waitFor(() => expect(follower.lines()).toHaveLength(2), WAIT);
    expect(follower.lines()[1]).toMatchObject({
      subject: `gavel.bids.bid_placed.${item}`,
      event: [
        { type: 'bids.v1.BidPlaced', partitionkey: item },
        { item_id: item, amount: '1' },
      ],
    });
  });
});
