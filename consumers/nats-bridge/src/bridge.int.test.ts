import { type ForeignProducer, openForeignProducer } from '@gavel/consumer-runtime/testing/foreign-producer';
import { startTestNats, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { installMetricReader } from '@gavel/observability/testing/metric-reader';
import { decodeEvent } from '@gavel/proto/events';
import { findEvent } from '@gavel/proto/registry';
import { partitionsOf } from '@gavel/proto/topology';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectNats, countMirrored, readMirrored } from './testing/mirrored-messages.ts';
import { expectExactly, itemIn, numberedBids } from './testing/numbered-bids.ts';

// Before any instrument is created.
const metrics = installMetricReader();
const { startNatsBridge } = await import('./main.ts');

const BIDS = 'GAVEL_BIDS';
const PARTITION = 'gavel.bids-0';
const WAIT = { timeout: 30_000, interval: 50 };

describe('the bridge', () => {
  let server: TestServer;
  let nats: NatsConnection;
  let producer: ForeignProducer;
  const stops: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    server = await startTestNats();
    nats = await connectNats(server.url);
  });
  afterAll(async () => {
    await nats?.close();
    await server?.stop();
    await metrics.close();
  });
  beforeEach(async () => {
    producer = await openForeignProducer();
    for (const partition of partitionsOf('gavel.auth'))
      await producer.client.createStream({ stream: partition, arguments: {} });
  });
  afterEach(async () => {
    await stop();
    await producer.close();
    const manager = await jetstreamManager(nats);
    for (const name of await manager.streams.names().next()) await manager.streams.delete(name);
  });

  function begin(maxBytes = 100_000_000): Promise<string> {
    return startNatsBridge(
      {
        HOST: '127.0.0.1',
        PORT: 0,
        STREAM_URL: producer.urls.streamUrl,
        NATS_URL: server.url,
        NATS_MAX_BYTES: maxBytes,
        NATS_REPLICAS: 1,
      },
      { onStop: (_, run) => void stops.push(run) },
    );
  }
  /** The values of a metric for the two partitions of the refusal, as a collector receives them. */
  async function measured(name: string): Promise<Record<string, unknown>> {
    const points = (await metrics.read()).get(name)?.points ?? [];
    return Object.fromEntries(
      points
        .map(
          ({ attributes, value }) =>
            [String(attributes['messaging.destination.partition.id']), value] as const,
        )
        .filter(([partition]) => [PARTITION, 'gavel.bids-3'].includes(partition)),
    );
  }
  async function start(): Promise<string> {
    const url = await begin();
    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), WAIT);
    return url;
  }
  const written = async () => (await (await jetstreamManager(nats)).streams.info(BIDS)).state;
  async function stop(): Promise<void> {
    for (let run = stops.pop(); run; run = stops.pop()) await run();
  }
  const holds = (count: number) =>
    vi.waitFor(async () => expect(await countMirrored(nats, BIDS)).toBe(count), WAIT);

  it('delivers events to NATS subscribers as CloudEvents, with the bodies of the stream', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const received: { subject: string; headers: Record<string, string[]>; amount: unknown }[] = [];
    nats.subscribe('gavel.bids.bid_placed.*', {
      max: 3,
      callback: (_, message) => {
        const definition = findEvent(message.headers?.get('ce-type') ?? '');
        const decoded = definition && decodeEvent(definition.schema, message.data);
        const body = decoded?.ok ? decoded.body : undefined;
        const headers = (message.headers as unknown as { toRecord(): Record<string, string[]> }).toRecord();
        received.push({ subject: message.subject, headers, amount: (body as { amount?: bigint })?.amount });
      },
    });
    await nats.flush();
    await start();
    const bids = numberedBids([itemIn(PARTITION)], 3);
    const [first] = bids;
    if (first === undefined) throw new Error('three bids');
    Object.assign(first.properties, {
      cloudEvents_traceparent: traceparent,
      cloudEvents_tracestate: 'vendor=a "quoted" one',
    });
    await producer.send(PARTITION, bids);
    await vi.waitFor(() => expect(received).toHaveLength(3), WAIT);
    expect(received.map(({ amount }) => amount)).toEqual([100n, 101n, 102n]);
    const { envelope } = first;
    expect(received[0]?.subject).toBe(envelope.subject);
    expect(received[0]?.headers).toMatchObject({
      'Nats-Msg-Id': [envelope.id],
      'ce-specversion': ['1.0'],
      'ce-id': [envelope.id],
      'ce-source': ['/gavel/bids'],
      'ce-type': ['bids.v1.BidPlaced'],
      'ce-subject': [envelope.subject],
      'ce-time': [envelope.time],
      'ce-datacontenttype': ['application/protobuf'],
      'ce-partitionkey': [envelope.partitionkey],
      'ce-sequence': ['0000000000000000001'],
      'ce-dataschema': ['https://type.googleapis.com/bids.v1.BidPlaced'],
      'ce-traceparent': [traceparent],
      'ce-tracestate': ['vendor=a%20%22quoted%22%20one'],
      'Gavel-Stream': [PARTITION],
      'Gavel-Offset': ['0'],
      'Gavel-Positions': [`${PARTITION}=0:${envelope.id.slice(-12)}`],
    });
  });

  it('continues every partition at its position after a restart, and repeats nothing', async () => {
    const items = partitionsOf('gavel.bids').map(itemIn);
    const sent = numberedBids(items, 40);
    const send = (bids: typeof sent) =>
      Promise.all(
        partitionsOf('gavel.bids').map((partition) =>
          producer.send(
            partition,
            bids.filter((bid) => bid.partition === partition),
          ),
        ),
      );
    await start();
    await send(sent);
    await holds(40);
    await stop();
    const more = numberedBids(items, 40, 11);
    await send(more);
    const url = await start();
    await holds(80);
    expectExactly(await readMirrored(nats, BIDS), [...sent, ...more]);
    const status = (await (await fetch(`${url}/status`)).json()) as {
      partitions: { offset: string | null }[];
    };
    expect(status.partitions).toHaveLength(6);
    expect(status.partitions.filter(({ offset }) => offset === '19')).toHaveLength(4);
  });

  it('mirrors an event once, however far apart its copies are on the stream, and mirrors late events', async () => {
    const item = itemIn(PARTITION);
    const [a, b, c, d, e] = numberedBids([item], 5);
    if (!(a && b && c && d && e)) throw new Error('five bids');
    await start();
    await producer.send(PARTITION, [a, a, b, d, b]);
    await holds(3);
    await stop();
    await start();
    // The new session knows only the content of JetStream. The relay had set event c aside, so it arrives after d.
    await producer.send(PARTITION, [a, d, c, c, b, e]);
    await vi.waitFor(async () => {
      const ids = (await readMirrored(nats, BIDS)).map(({ id }) => id);
      expect(ids).toEqual([a, b, d, c, e].map(({ envelope }) => envelope.id));
    }, WAIT);
  });

  it('skips messages that are not events', async () => {
    const [first, second] = numberedBids([itemIn(PARTITION)], 2);
    if (!(first && second)) throw new Error('two bids');
    const foreign = {
      body: Buffer.from('hello'),
      properties: { ...second.properties, cloudEvents_subject: 'other.place' },
    };
    await start();
    await producer.send(PARTITION, [
      first,
      { body: Buffer.from('no headers'), properties: {} },
      foreign,
      second,
    ]);
    await holds(2);
    expectExactly(await readMirrored(nats, BIDS), [first, second]);
  });

  it('mirrors the other partitions while one is refused, and names the refused one', async () => {
    const other = 'gavel.bids-3';
    const [item, otherItem] = [itemIn(PARTITION), itemIn(other)];
    const bids = numberedBids([item], 60);
    const otherBids = numberedBids([otherItem], 30);
    await producer.client.deleteStream({ stream: PARTITION });
    await producer.client.createStream({
      stream: PARTITION,
      arguments: { 'max-length-bytes': 200_000, 'stream-max-segment-size-bytes': 100_000 },
    });
    await start();
    await producer.send(PARTITION, bids.slice(0, 2));
    await holds(2);
    await stop();
    const large = bids.slice(2).map((bid) => ({ ...bid, body: Buffer.alloc(16_000) }));
    for (let round = 0; round < 58; round += 5) await producer.send(PARTITION, large.slice(round, round + 5));
    await vi.waitFor(
      async () =>
        expect((await producer.client.streamStatsRequest(PARTITION)).firstChunkId).toBeGreaterThan(10n),
      WAIT,
    );
    const url = await begin();
    const notRunning = async () => {
      const { partitions } = (await (await fetch(`${url}/status`)).json()) as {
        partitions: { partition: string; state: string; problem?: string }[];
      };
      return partitions.filter(({ state }) => state !== 'running');
    };
    const refused = [
      { partition: PARTITION, state: 'refused', problem: expect.stringContaining('retention') },
    ];
    await vi.waitFor(async () => expect(await notRunning()).toMatchObject(refused), WAIT);
    // Each batch is mirrored before the next is sent: the refusal does not end the session.
    for (let sent = 0; sent < 30; sent += 10) {
      await producer.send(other, otherBids.slice(sent, sent + 10));
      await vi.waitFor(async () => expect(await countMirrored(nats, BIDS)).toBe(2 + sent + 10), 3_000);
    }
    expect(await notRunning()).toMatchObject(refused);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    // Two of sixty events are mirrored.
    expect(await measured('gavel.consumer.refused')).toEqual({ [PARTITION]: 1, [other]: 0 });
    expect(await measured('gavel.consumer.lag')).toEqual({ [PARTITION]: 58, [other]: 0 });
    expect((await measured('gavel.consumer.lag.time'))[PARTITION]).toBeGreaterThan(0);
  });

  it('continues after another client has written into its JetStream stream', async () => {
    const [first, second] = numberedBids([itemIn(PARTITION)], 2);
    if (!(first && second)) throw new Error('two bids');
    await start();
    await producer.send(PARTITION, [first]);
    await holds(1);
    await jetstream(nats).publish(first.envelope.subject, 'not from the bridge');
    await producer.send(PARTITION, [second]);
    await holds(3);
    const mirrored = await readMirrored(nats, BIDS);
    expect(mirrored.map(({ id }) => id)).toEqual([first.envelope.id, '', second.envelope.id]);
  });

  it.each([
    ['shorter', 3],
    ['longer', 6],
  ])('reads a recreated stream that is %s from its start, and repeats nothing', async (_, held) => {
    const sent = numberedBids([itemIn(PARTITION)], 7);
    await start();
    await producer.send(PARTITION, sent.slice(0, 4));
    await holds(4);
    await stop();
    await producer.client.deleteStream({ stream: PARTITION });
    await producer.client.createStream({ stream: PARTITION, arguments: {} });
    await producer.send(PARTITION, sent.slice(1, 1 + held));
    await start();
    await producer.send(PARTITION, sent.slice(1 + held));
    await holds(7);
    expectExactly(await readMirrored(nats, BIDS), sent);
  });

  it('repeats nothing of a recreated stream, even after JetStream has discarded mirrored events', async () => {
    const items = Array.from({ length: 65 }, () => itemIn(PARTITION));
    const sent = numberedBids(items, 65);
    await begin(20_000);
    // The event before the last one was lost before it was mirrored. It is sent with the others later.
    await producer.send(PARTITION, [...sent.slice(0, 58), ...sent.slice(59, 60)]);
    await vi.waitFor(async () => expect((await written()).last_seq).toBe(59), WAIT);
    expect((await written()).first_seq).toBeGreaterThan(10);
    await stop();
    // By default the server itself recognises the ids (Nats-Msg-Id) for some minutes. This shortens that time.
    await (await jetstreamManager(nats)).streams.update(BIDS, { duplicate_window: 100_000_000 });
    await producer.client.deleteStream({ stream: PARTITION });
    await producer.client.createStream({ stream: PARTITION, arguments: {} });
    await producer.send(PARTITION, sent.slice(0, 20));
    await begin(20_000);
    // A refill writes in order, while the bridge reads.
    await producer.send(PARTITION, sent.slice(20));
    await vi.waitFor(async () => expect((await written()).last_seq).toBeGreaterThanOrEqual(65), WAIT);
    expect((await written()).last_seq).toBe(65);
    const after = [58, 60, 61, 62, 63, 64].map((index) => sent[index]?.envelope.id);
    expect((await readMirrored(nats, BIDS)).slice(-6).map(({ id }) => id)).toEqual(after);
  });
});
