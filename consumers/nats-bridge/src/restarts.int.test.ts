import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type BidMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import type { Infrastructure } from '@gavel/dev/infrastructure/infrastructure';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import { partitionsOf } from '@gavel/proto/topology';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectNats, countMirrored, readMirrored } from './testing/mirrored-messages.ts';
import { expectExactly, itemIn, numberedBids } from './testing/numbered-bids.ts';

const program = fileURLToPath(new URL('main.ts', import.meta.url));
const BIDS = 'GAVEL_BIDS';
const EACH = 4_000;

describe('the bridge as a process', () => {
  let infrastructure: Infrastructure;
  let producer: ForeignProducer;
  let bridge: ChildProcess | undefined;

  beforeAll(async () => {
    infrastructure = await startTestInfrastructure({ nats: true });
    producer = await openForeignProducer(infrastructure.urls);
  }, 300_000);
  afterAll(async () => {
    if (bridge !== undefined) await kill(bridge);
    await infrastructure?.stop();
  }, 60_000);

  function start(): ChildProcess {
    bridge = spawn(process.execPath, [program], {
      env: {
        ...process.env,
        LOG_LEVEL: 'fatal',
        PORT: '0',
        STREAM_URL: producer.urls.streamUrl,
        NATS_URL: infrastructure.urls.natsUrl,
      },
      stdio: 'ignore',
    });
    return bridge;
  }
  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await ended;
  }
  async function mirrored(): Promise<number> {
    const nats = await connectNats(infrastructure.urls.natsUrl ?? '');
    try {
      return await countMirrored(nats, BIDS);
    } finally {
      await nats.close();
    }
  }
  const server = (name: 'nats' | 'rabbitmq') => {
    const found = infrastructure.servers?.[name];
    if (found === undefined) throw new Error(`${name} is not ours`);
    return found;
  };
  const passes = (count: number) =>
    vi.waitFor(async () => expect(await mirrored()).toBeGreaterThanOrEqual(count), {
      timeout: 30_000,
      interval: 20,
    });

  it('mirrors every event exactly once while it, NATS and RabbitMQ are killed with -9', async () => {
    const partitions = partitionsOf('gavel.bids');
    const items = partitions.flatMap((partition) => [
      itemIn(partition),
      itemIn(partition),
      itemIn(partition),
    ]);
    const sent: BidMessage[] = [];
    // Each wave is mirrored while something dies in its midst.
    const wave = async (): Promise<number> => {
      const before = sent.length;
      const bids = numberedBids(items, EACH, 1 + before / items.length);
      sent.push(...bids.slice(0, EACH - (EACH % items.length)));
      const added = sent.slice(before);
      await Promise.all(
        partitions.map((partition) =>
          producer.send(
            partition,
            added.filter((bid) => bid.partition === partition),
          ),
        ),
      );
      return before;
    };

    let child = start();
    for (const share of [0.2, 0.7]) {
      const before = await wave();
      await passes(before + EACH * share);
      await kill(child);
      child = start();
    }
    let before = await wave();
    await passes(before + EACH * 0.3);
    await server('nats').kill();
    await server('nats').start();

    before = await wave();
    await passes(before + EACH * 0.3);
    await server('rabbitmq').kill();
    await server('rabbitmq').start();
    // The broker accepts connections a moment before it has elected its streams' leaders.
    const last = numberedBids(items, items.length, 1 + sent.length / items.length);
    for (const bid of last) {
      await vi.waitFor(() => producer.send(bid.partition, [bid]), { timeout: 30_000, interval: 250 });
      sent.push(bid);
    }

    await passes(sent.length);
    expect(child.exitCode).toBeNull();
    const nats = await connectNats(infrastructure.urls.natsUrl ?? '');
    expectExactly(await readMirrored(nats, BIDS), sent);
    await nats.close();
  }, 120_000);
});
