import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes, entry } from '../testing/chunk-bytes.ts';
import { type StartPosition, SubscriptionRefused } from './event-source.ts';
import { SingleActiveConsumer } from './single-active-consumer.ts';

/** A consumer whose broker is this test: it holds offsets 0 to 9 and records the answers it gets. */
function join() {
  const answers: [correlation: number, from: StartPosition | undefined][] = [];
  const broker = { answers, credit: 1, isMember: true };
  const consumer = new SingleActiveConsumer({
    partition: 'p',
    ends: {
      stats: () => Promise.resolve({ first: 0n, newestChunk: 9n }),
      lastOffset: () => Promise.resolve(9n),
    },
    credit: (chunks) => {
      broker.credit += chunks;
    },
    answer: (correlation, from) => answers.push([correlation, from]),
    unsubscribe: async () => {
      broker.isMember = false;
    },
  });
  return { consumer, broker, never: new AbortController().signal };
}

describe('SingleActiveConsumer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('requests the position when it becomes active, and delivers from there', async () => {
    const { consumer, broker, never } = join();
    let asked = 0;
    const turn = consumer.whenActive(() => {
      asked += 1;
      return Promise.resolve({ after: 4n });
    }, never);
    expect(asked).toBe(0);
    consumer.update(true, 1);
    const subscription = await turn;
    expect(broker.answers).toEqual([[1, { after: 4n }]]);
    consumer.receive(chunkBytes(5n, 1, entry('a')), 5n);
    expect((await subscription?.take(10))?.map(({ offset }) => offset)).toEqual([5n]);
  });

  it('answers the deactivation when the current batch is finished, and not before', async () => {
    const { consumer, broker, never } = join();
    consumer.update(true, 1);
    const subscription = await consumer.whenActive(() => Promise.resolve('first'), never);
    consumer.update(false, 2);
    expect(subscription?.ended.aborted).toBe(true);
    expect(broker.answers).toHaveLength(1);
    await subscription?.close();
    expect(broker.answers.at(-1)).toEqual([2, undefined]);
    // The same consumer becomes active again.
    consumer.update(true, 3);
    await consumer.whenActive(() => Promise.resolve({ at: 9n }), never);
    expect(broker.answers.at(-1)).toEqual([3, { at: 9n }]);
  });

  it('lets the group wait for at most three seconds', async () => {
    const { consumer, broker, never } = join();
    consumer.update(true, 1);
    const subscription = await consumer.whenActive(() => Promise.resolve('first'), never);
    consumer.update(false, 2);
    vi.advanceTimersByTime(2_900);
    expect(broker.answers).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(broker.answers.at(-1)).toEqual([2, undefined]);
    await subscription?.close();
    expect(broker.answers).toHaveLength(2);
  });

  it('answers at once when it was not reading, and when it closes', async () => {
    const { consumer, broker, never } = join();
    consumer.update(false, 1);
    expect(broker.answers).toEqual([[1, undefined]]);
    consumer.update(true, 2);
    await consumer.whenActive(() => Promise.resolve('first'), never);
    consumer.update(false, 3);
    await consumer.close();
    expect(broker.answers.at(-1)).toEqual([3, undefined]);
    expect(broker.isMember).toBe(false);
  });

  it('waits until it is stopped, and rejects when the connection or the position is lost', async () => {
    const { consumer, never } = join();
    const stopping = new AbortController();
    const turn = consumer.whenActive(() => Promise.resolve('first'), stopping.signal);
    stopping.abort();
    expect(await turn).toBeUndefined();
    consumer.update(true, 1);
    await expect(consumer.whenActive(() => Promise.resolve({ at: 10n }), never)).rejects.toThrow(
      SubscriptionRefused,
    );
    await expect(consumer.whenActive(() => Promise.reject(new Error('no database')), never)).rejects.toThrow(
      'no database',
    );
    consumer.end();
    await expect(consumer.whenActive(() => Promise.resolve('first'), never)).rejects.toThrow('was lost');
  });

  it('never requests more chunks than are missing, over any number of activations', async () => {
    const { consumer, broker, never } = join();
    for (let turn = 0; turn < 50; turn++) {
      consumer.update(true, turn);
      const subscription = await consumer.whenActive(() => Promise.resolve('first'), never);
      consumer.receive(chunkBytes(0n, 1, entry('a')), 0n);
      broker.credit -= 1;
      await subscription?.take(1);
      await subscription?.close();
    }
    expect(broker.credit).toBeGreaterThan(0);
    expect(broker.credit).toBeLessThanOrEqual(64);
  });
});
