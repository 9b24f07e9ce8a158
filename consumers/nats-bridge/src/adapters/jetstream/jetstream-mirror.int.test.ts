import { bidMessage } from '@gavel/consumer-runtime/testing/foreign-producer';
import { startTestNats, type TestServer } from '@gavel/dev/testing/private-infrastructure';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MirroredEvent, MirrorRefused, Overtaken } from '../../application/ports.ts';
import { connectNats, countMirrored, readMirrored } from '../../testing/mirrored-messages.ts';
import { itemIn } from '../../testing/numbered-bids.ts';
import { createJetStreamMirror } from './jetstream-mirror.ts';

const PARTITION = 'gavel.bids-0';

describe('a mirror in JetStream', () => {
  let server: TestServer;
  let nats: NatsConnection;
  const item = itemIn(PARTITION);
  const event = (offset: number): MirroredEvent => {
    const { envelope, body } = bidMessage({ itemId: item, userId: item }, offset + 1);
    return { offset: BigInt(offset), envelope, headers: {}, body };
  };
  const mirror = () =>
    createJetStreamMirror({ stream: 'gavel.bids', url: server.url, maxBytes: 10_000_000, replicas: 1 });

  beforeAll(async () => {
    server = await startTestNats();
    nats = await connectNats(server.url);
  });
  afterEach(async () => {
    const manager = await jetstreamManager(nats);
    for (const name of await manager.streams.names().next()) await manager.streams.delete(name);
  });
  afterAll(async () => {
    await nats?.close();
    await server?.stop();
  });

  it('refuses a zombie: a session that was opened before another one wrote stores nothing more', async () => {
    const [zombie, live] = [await mirror().open(), await mirror().open()];
    const events = [0, 1, 2, 3].map(event);
    await zombie.append(PARTITION, events.slice(0, 1), new Map()).catch(() => undefined);
    expect(await countMirrored(nats, 'GAVEL_BIDS')).toBe(1);
    await expect(live.append(PARTITION, [event(9)], new Map())).rejects.toThrow(Overtaken);
    const next = await mirror().open();
    expect(next.positions).toMatchObject({ size: 1 });
    expect(next.positions.get(PARTITION)).toMatchObject({ offset: 0n });
    await next.append(PARTITION, events.slice(1, 3), new Map());
    // The zombie's first event is already stored and its second is new: neither is stored now.
    await expect(zombie.append(PARTITION, events.slice(2), new Map())).rejects.toThrow(Overtaken);
    await expect(zombie.append(PARTITION, [event(5)], new Map())).rejects.toThrow('broken');
    expect((await readMirrored(nats, 'GAVEL_BIDS')).map(({ offset }) => offset)).toEqual([0n, 1n, 2n]);
    for (const session of [zombie, live, next]) await session.close();
  });

  it('shows the position of each partition, whichever was mirrored last', async () => {
    const session = await mirror().open();
    await session.append('gavel.bids-3', [event(7)], new Map());
    await session.append(PARTITION, [event(8), event(9)], new Map());
    await session.close();
    const next = await mirror().open();
    expect([...next.positions].map(([partition, { offset }]) => [partition, offset])).toEqual([
      ['gavel.bids-3', 7n],
      [PARTITION, 9n],
    ]);
    await next.close();
  });

  it('cannot be purged, and is refused when its positions are lost in another way', async () => {
    const manager = await jetstreamManager(nats);
    const session = await mirror().open();
    await session.append(PARTITION, [event(0)], new Map());
    await session.close();
    await expect(manager.streams.purge('GAVEL_BIDS')).rejects.toThrow();
    await manager.streams.delete('GAVEL_BIDS');
    await manager.streams.add({ name: 'GAVEL_BIDS', subjects: ['gavel.bids.>'] });
    const again = await mirror().open();
    await again.append(PARTITION, [event(1)], new Map());
    await again.close();
    await manager.streams.purge('GAVEL_BIDS');
    await expect(mirror().open()).rejects.toThrow(MirrorRefused);
  });
});
