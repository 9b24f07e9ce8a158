import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type EventMessage,
  type ForeignProducer,
  openForeignProducer,
} from '@gavel/consumer-runtime/testing/foreign-producer';
import type { Infrastructure } from '@gavel/dev/infrastructure';
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
    if (found === undefined) throw new Error(`${name} was not started by this test`);
    return found;
  };
  const passes = (count: number) =>
    vi.waitFor(async () => expect(await mirrored()).toBeGreaterThanOrEqual(count), {
      timeout: 60_000,
      interval: 20,
    });

  it('mirrors every event exactly once while the bridge, NATS and RabbitMQ are killed with SIGKILL', async () => {
    const partitions = partitionsOf('gavel.bids');
    const items = partitions.flatMap((partition) => [
      itemIn(partition),
      itemIn(partition),
      itemIn(partition),
    ]);
    const sent: EventMessage[] = [];
    // Something is killed while a wave is being mirrored.
    const wave = async (): Promise<void> => {
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
    };

    let child = start();
    let unmirroredAtDeath = 0;
    // The test proves nothing unless a bridge died during its work. On a busy machine the kill may be too late for that.
    for (let deaths = 0; deaths < 2 || (unmirroredAtDeath === 0 && deaths < 10); deaths += 1) {
      const before = sent.length;
      await Promise.all([
        wave(),
        passes(before + EACH * (deaths % 2 === 0 ? 0.1 : 0.6)).then(() => kill(child)),
      ]);
      unmirroredAtDeath = Math.max(unmirroredAtDeath, sent.length - (await mirrored()));
      child = start();
    }
    expect(unmirroredAtDeath).toBeGreaterThan(0);

    let before = sent.length;
    await Promise.all([wave(), passes(before + EACH * 0.3).then(() => server('nats').kill())]);
    await server('nats').start();

    before = sent.length;
    await wave();
    await passes(before + EACH * 0.3);
    await server('rabbitmq').kill();
    await server('rabbitmq').start();
    const last = numberedBids(items, items.length, 1 + sent.length / items.length);
    sent.push(...last);
    for (const partition of partitions) {
      const bids = last.filter((bid) => bid.partition === partition);
      // The broker accepts connections a moment before its streams have leaders.
      await vi.waitFor(() => producer.send(partition, bids), { timeout: 30_000, interval: 250 });
    }

    await passes(sent.length);
    expect(child.exitCode).toBeNull();
    const nats = await connectNats(infrastructure.urls.natsUrl ?? '');
    expectExactly(await readMirrored(nats, BIDS), sent);
    await nats.close();
  }, 240_000);
});
