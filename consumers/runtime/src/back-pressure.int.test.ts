import { randomUUID } from 'node:crypto';
import { openStreamReader } from '@gavel/rabbitmq/stream-reader';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningConsumer } from './start-consumer.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { recordingConsumer } from './testing/recording-consumer.ts';

const EVENTS = 50_000;
const PARTITION = 'gavel.bids-long';

describe('a projection that is slower than the stream', () => {
  const fixture = useConsumerFixture();
  const release = Promise.withResolvers<void>();
  // Otherwise a failed test would wait for its handler forever.
  afterEach(() => release.resolve());

  const inMemory = (consumer: RunningConsumer): number => consumer.status().partitions[0]?.inMemory ?? 0;

  it('keeps a limited number of events in memory while 50,000 wait, and handles all of them', async () => {
    await fixture.producer.client.createStream({ stream: PARTITION, arguments: {} });
    const bid = { itemId: randomUUID(), userId: randomUUID() };
    // Small chunks first: a consumer that expects more of the same size would ask for too many.
    for (let i = 0; i < 5; i++) await fixture.producer.send(PARTITION, [bidMessage(bid, i + 1)]);
    await fixture.producer.send(
      PARTITION,
      Array.from({ length: EVENTS - 5 }, (_, i) => bidMessage(bid, i + 6)),
    );

    const slow = fixture.start({
      definition: {
        ...recordingConsumer({ laterEvents: 'wait' }, undefined, 'slow'),
        async handle() {
          await release.promise;
        },
      },
      partitions: [PARTITION],
    });
    await eventually(() => expect(inMemory(slow)).toBeGreaterThan(0));

    // Another reader has read the whole partition meanwhile, so the broker could have sent it to this consumer too.
    let most = 0;
    const reader = openStreamReader(fixture.producer.urls.streamUrl, 'somebody else');
    for await (const batch of reader.read(PARTITION, 0n)) {
      most = Math.max(most, inMemory(slow));
      if ((batch.at(-1)?.offset ?? 0n) >= BigInt(EVENTS - 1)) break;
    }
    await reader.close();
    expect(most).toBeGreaterThan(0);
    expect(Math.max(most, inMemory(slow))).toBeLessThan(EVENTS / 4);

    release.resolve();
    await eventually(() => expect(slow.status().partitions[0]).toMatchObject({ offset: BigInt(EVENTS - 1) }));
    await eventually(() => expect(inMemory(slow)).toBe(0));
    const { rows } = await fixture.database.pool.query('SELECT count(*)::integer AS n FROM processed_events');
    expect(rows).toEqual([{ n: EVENTS }]);
  });
});
