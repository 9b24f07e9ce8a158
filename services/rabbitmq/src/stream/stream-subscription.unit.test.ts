import { describe, expect, it } from 'vitest';
import { chunkBytes, entry } from '../testing/chunk-bytes.ts';
import { INITIAL_CREDIT, StreamSubscription } from './stream-subscription.ts';

/** A subscription whose broker is this test. `credit` counts the chunks that it requested and that were not sent. */
function open(from: 'first' | { after: bigint } = 'first', firstOffset = 0n) {
  const broker = {
    credit: INITIAL_CREDIT,
    sent: 0n,
    unsubscribed: false,
    /** The first offset that the stream holds, or the answer to the request for it. */
    firstOffset: firstOffset as bigint | Promise<bigint>,
  };
  const subscription = new StreamSubscription(
    {
      partition: 'p',
      credit: (chunks) => {
        broker.credit += chunks;
      },
      firstOffset: async () => broker.firstOffset,
      unsubscribe: async () => {
        broker.unsubscribed = true;
      },
    },
    from,
  );
  const send = (text: string, offset = broker.sent) => {
    if (broker.credit === 0) throw new Error('sent without credit');
    broker.credit -= 1;
    broker.sent = offset + 1n;
    subscription.receive(chunkBytes(offset, 1, entry(text)), offset);
  };
  return { subscription, broker, send };
}

describe('StreamSubscription', () => {
  it('requests many small chunks, never more than 16 at once', () => {
    const { broker, send } = open();
    for (let i = 0; i < 1_000; i++) send('x');
    expect(broker.credit).toBeGreaterThan(0);
    expect(broker.credit).toBeLessThanOrEqual(16);
  });

  it('expects chunks to be as large as the last large one', () => {
    const { broker, send } = open();
    for (let i = 0; i < 1_000; i++) send('x');
    const before = broker.credit;
    // Half of the buffer: a second one of that size would not fit in addition to the requested chunks.
    send('x'.repeat(300 * 1024));
    expect(broker.credit).toBe(before - 1);
  });

  it('stops asking while nothing is taken, and continues afterwards', async () => {
    const { subscription, broker, send } = open();
    const large = 'x'.repeat(200);
    let buffered = 0;
    while (broker.credit > 0 && buffered < 100_000) {
      send(large);
      buffered += 1;
    }
    // 512 KiB, and the chunks that were already requested when that was reached.
    expect(buffered * 260).toBeLessThan(0.6 * 1024 * 1024);
    while (buffered > 0) buffered -= (await subscription.take(1_000))?.length ?? 0;
    expect(broker.credit).toBeGreaterThan(0);
  });

  it('delivers what has arrived without waiting for more, and then waits', async () => {
    const { subscription, send } = open();
    send('a');
    send('b');
    expect(await subscription.take(10)).toHaveLength(2);
    const next = subscription.take(10);
    send('c');
    expect((await next)?.map(({ offset }) => offset)).toEqual([2n]);
    expect(subscription.newestOffset).toBe(2n);
  });

  it('drops what was not taken when it ends, because another member continues', async () => {
    const { subscription, send } = open();
    send('a');
    subscription.end();
    expect(subscription.ended.aborted).toBe(true);
    expect(await subscription.take(10)).toBeUndefined();
  });

  it('fails at a damaged chunk, and delivers what came before it', async () => {
    const { subscription, send } = open();
    send('a');
    const damaged = chunkBytes(1n, 1, entry('b'));
    damaged[damaged.length - 1] = 0;
    subscription.receive(damaged, 1n);
    expect(await subscription.take(10)).toHaveLength(1);
    await expect(subscription.take(10)).rejects.toThrow('p: a chunk is damaged');
  });

  it('ends a waiting take when it is closed', async () => {
    const { subscription, broker } = open();
    const waiting = subscription.take(10);
    await subscription.close();
    expect(await waiting).toBeUndefined();
    expect(broker.unsubscribed).toBe(true);
  });

  /** The refusal of offsets that retention has removed. */
  const passed = (wanted: bigint, first: bigint) => ({
    refusal: { reason: 'retention-passed', wanted, first },
  });

  it('accepts a gap that the broker left, and refuses one that retention made', async () => {
    const gap = open({ after: 4n }, 0n);
    gap.send('a', 7n);
    expect(await gap.subscription.take(10)).toHaveLength(1);

    const lost = open({ after: 4n }, 6n);
    lost.send('a', 7n);
    await expect(lost.subscription.take(10)).rejects.toMatchObject(passed(5n, 6n));
    await expect(lost.subscription.take(10)).rejects.toMatchObject(passed(5n, 6n));
  });

  it.each(['first', { after: 4n }] as const)(
    'refuses a later gap as well, when it reads from %o',
    async (from) => {
      const { subscription, broker, send } = open(from);
      send('a', 5n);
      send('b', 6n);
      broker.firstOffset = 9n;
      send('c', 9n);
      // What came before the loss is delivered first.
      expect((await subscription.take(10))?.map(({ offset }) => offset)).toEqual([5n, 6n]);
      await expect(subscription.take(10)).rejects.toMatchObject(passed(7n, 9n));
    },
  );

  it('refuses a loss that no chunk shows, after two answers of the broker with nothing on its way', async () => {
    const { subscription, send } = open();
    send('a', 0n);
    await subscription.take(10);
    const waiting = subscription.take(10);
    const stats = { first: 9n, newestChunk: 12n };
    subscription.noteStats(stats);
    send('b', 1n);
    expect(await waiting).toHaveLength(1);
    subscription.noteStats(stats);
    const refused = subscription.take(10);
    subscription.noteStats(stats);
    await expect(refused).rejects.toMatchObject(passed(2n, 9n));
    expect(subscription.newestOffset).toBe(12n);
  });

  it('refuses no loss while messages wait to be taken, or when it has read everything', async () => {
    const { subscription, send } = open();
    send('a', 0n);
    for (let i = 0; i < 3; i++) subscription.noteStats({ first: 9n, newestChunk: 12n });
    expect(await subscription.take(10)).toHaveLength(1);
    const read = open({ after: 8n });
    read.send('b', 9n);
    await read.subscription.take(10);
    for (let i = 0; i < 3; i++) read.subscription.noteStats({ first: 10n, newestChunk: 10n });
    const next = read.subscription.take(10);
    read.send('c', 10n);
    expect(await next).toHaveLength(1);
  });

  it('accepts a gap in messages that arrived before retention removed them', async () => {
    const { subscription, broker, send } = open();
    send('a', 0n);
    send('b', 2n);
    broker.firstOffset = 100n;
    expect((await subscription.take(10))?.map(({ offset }) => offset)).toEqual([0n]);
    expect((await subscription.take(10))?.map(({ offset }) => offset)).toEqual([2n]);
  });

  it('fails at a gap while the broker does not say where the stream begins', async () => {
    const { subscription, broker, send } = open();
    send('a', 0n);
    broker.firstOffset = Promise.reject(new Error('connection closed'));
    send('b', 2n);
    expect(await subscription.take(10)).toHaveLength(1);
    await expect(subscription.take(10)).rejects.toThrow('connection closed');
  });
});
