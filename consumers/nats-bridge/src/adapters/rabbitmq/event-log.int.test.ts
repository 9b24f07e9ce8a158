import { type ForeignProducer, openForeignProducer } from '@gavel/consumer-runtime/testing/foreign-producer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventLog } from './event-log.ts';

describe('the log of the bridge', () => {
  let producer: ForeignProducer;
  beforeAll(async () => {
    producer = await openForeignProducer();
  });
  afterAll(() => producer.close());

  it('refuses to continue when retention has passed it while it was held back', async () => {
    const partition = 'gavel.bids-held-back';
    await producer.client.createStream({
      stream: partition,
      arguments: { 'max-length-bytes': 200_000, 'stream-max-segment-size-bytes': 100_000 },
    });
    const messages = (count: number) =>
      Array.from({ length: count }, () => ({ body: Buffer.alloc(4_000), properties: {} }));
    await producer.send(partition, messages(1));
    const eventLog = createEventLog(producer.urls.streamUrl, 'log of a test');
    const reading = await eventLog.read(partition, null);
    expect(await reading.take(10)).toHaveLength(1);

    await producer.send(partition, messages(1_500));
    const readToEnd = async () => {
      for (let offset = 0n; offset < 1_500n; ) offset = (await reading.take(1_000))?.at(-1)?.offset ?? 1_500n;
    };
    await expect(readToEnd()).rejects.toMatchObject({ name: 'LogRefused', reason: 'retention-passed' });
    await reading.close();
    await eventLog.close();
  });
});
