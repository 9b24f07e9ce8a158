import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { transaction } from '@gavel/postgres/transaction';
import { describe, expect, it } from 'vitest';
import { commitTogether, moveCheckpoint } from './adapters/postgres/checkpoints.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { appliedSequences, recordingConsumer } from './testing/recording-consumer.ts';
import { createUngroupedSource } from './testing/ungrouped-source.ts';

describe('handling once', () => {
  const fixture = useConsumerFixture();
  const applied = (itemId: string, consumer?: string) =>
    appliedSequences(fixture.database.pool, itemId, consumer);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

  /** Events of one item, in its own partition. */
  const publishItem = async (count: number, itemId = randomUUID(), from = 1) => {
    const bids = upTo(count).map((i) => bidMessage({ itemId, userId: randomUUID() }, from + i - 1));
    const partition = `gavel.bids-${itemId}`;
    if (from === 1) await fixture.producer.client.createStream({ stream: partition, arguments: {} });
    await fixture.producer.send(partition, bids);
    return { itemId, partition, bids };
  };

  it('passes the events of an aggregate to the handler in order, whatever the batch size', async () => {
    const { itemId, partition } = await publishItem(2_000);
    const sizes: number[] = [];
    const definition = recordingConsumer(
      { laterEvents: 'wait' },
      (events) => void sizes.push(events.length),
      'in-order',
    );
    fixture.start({ definition, partitions: [partition], batchLimit: 300 });
    await eventually(async () => expect(await applied(itemId, 'in-order')).toEqual(upTo(2_000)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300);
  });

  it('applies an event once that is at two offsets, in one batch or in two', async () => {
    const { itemId, partition, bids } = await publishItem(3);
    await fixture.producer.send(partition, bids);
    fixture.start({
      definition: recordingConsumer({ laterEvents: 'wait' }, undefined, 'twice'),
      partitions: [partition],
    });
    await eventually(async () => expect(await applied(itemId, 'twice')).toEqual([1, 2, 3]));
    await fixture.producer.send(partition, bids);
    await publishItem(1, itemId, 4);
    await eventually(async () => expect(await applied(itemId, 'twice')).toEqual([1, 2, 3, 4]));
  });

  it('resumes after its last commit', async () => {
    const definition = recordingConsumer({ laterEvents: 'wait' }, undefined, 'resuming');
    const { itemId, partition } = await publishItem(10);
    const first = fixture.start({ definition, partitions: [partition] });
    await eventually(async () => expect(await applied(itemId, 'resuming')).toEqual(upTo(10)));
    await first.stop();
    await publishItem(10, itemId, 11);
    fixture.start({ definition, partitions: [partition] });
    await eventually(async () => expect(await applied(itemId, 'resuming')).toEqual(upTo(20)));
  });

  it('two instances that read one partition at the same time apply every event once and in order', async () => {
    const definition = recordingConsumer({ laterEvents: 'wait' }, undefined, 'zombies');
    const { itemId, partition } = await publishItem(500);
    const instances = [1, 2].map(() =>
      fixture.start({
        definition,
        partitions: [partition],
        batchLimit: 7,
        source: createUngroupedSource(fixture.producer.urls.streamUrl),
      }),
    );
    await publishItem(500, itemId, 501);
    await eventually(async () => expect(await applied(itemId, 'zombies')).toEqual(upTo(1_000)));
    // Both have reached the end, so neither is blocked.
    await eventually(() => {
      const [a, b] = instances.map((instance) => instance.status().partitions[0]);
      expect(a?.offset).toBe(b?.offset);
    });
  });

  it('an instance whose checkpoint was moved by another one applies nothing', async () => {
    const { pool } = fixture.database;
    let hold: (() => void) | undefined;
    const { itemId, partition } = await publishItem(1);
    const definition = recordingConsumer(
      { laterEvents: 'wait' },
      async (events) => {
        if (events.some((event) => event.envelope.sequence === '2')) {
          await new Promise<void>((resolve) => {
            hold = resolve;
          });
        }
      },
      'overtaken',
    );
    const zombie = fixture.start({ definition, partitions: [partition] });
    await eventually(async () => expect(await applied(itemId, 'overtaken')).toEqual([1]));
    await publishItem(1, itemId, 2);
    await eventually(() => expect(hold).toBeDefined());
    // While it holds the lock of the checkpoint nobody else can move it, so its own commit succeeds.
    const { offset = null } = zombie.status().partitions[0] ?? {};
    const rival = transaction(pool, (tx) =>
      moveCheckpoint(tx, {
        consumer: 'overtaken',
        partition,
        from: { offset, version: null },
        to: (offset ?? 0n) + 100n,
      }),
    );
    hold?.();
    expect(await rival).toEqual({ kind: 'overtaken' });
    expect(await applied(itemId, 'overtaken')).toEqual([1, 2]);
    // Somebody else moves the checkpoint between two batches of the instance.
    const before = (
      await pool.query('SELECT last_offset FROM checkpoints WHERE consumer = $1', ['overtaken'])
    ).rows[0];
    await pool.query('UPDATE checkpoints SET last_offset = $1 WHERE consumer = $2', [
      before.last_offset + 1n,
      'overtaken',
    ]);
    await publishItem(2, itemId, 3);
    await eventually(async () => expect(await applied(itemId, 'overtaken')).toEqual([1, 2, 4]));
  });

  it('an instance applies nothing of what it has in hand after somebody has written its checkpoint, even the same offset', async () => {
    const { pool } = fixture.database;
    const commitTogetherInPool = commitTogether(pool);
    const { itemId, partition } = await publishItem(1);
    const outcomes: string[] = [];
    const frozen = Promise.withResolvers<void>();
    const goesOn = Promise.withResolvers<void>();
    fixture.start({
      definition: recordingConsumer({ laterEvents: 'wait' }, undefined, 'rewritten'),
      partitions: [partition],
      commitStrategy: async (move, effect) => {
        if (outcomes.length === 1) {
          frozen.resolve();
          await goesOn.promise;
        }
        const outcome = await commitTogetherInPool(move, effect);
        outcomes.push(outcome.kind);
        return outcome;
      },
    });
    await eventually(async () => expect(await applied(itemId, 'rewritten')).toEqual([1]));
    await publishItem(1, itemId, 2);
    await frozen.promise;
    // Other members have come to the same offset, for example in a partition that was recreated meanwhile.
    await pool.query('UPDATE checkpoints SET last_offset = last_offset WHERE consumer = $1', ['rewritten']);
    goesOn.resolve();
    await eventually(async () => expect(await applied(itemId, 'rewritten')).toEqual([1, 2]));
    expect(outcomes).toEqual(['moved', 'overtaken', 'moved']);
  });

  it('SIGKILL between applying and committing leaves no effect, and the next instance applies everything once', async () => {
    const { itemId, partition } = await publishItem(5);
    const child: ChildProcess = spawn(
      process.execPath,
      [fileURLToPath(new URL('./testing/paused-consumer.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          DATABASE_URL: fixture.database.url,
          STREAM_URL: fixture.producer.urls.streamUrl,
          PARTITION: partition,
        },
      },
    );
    let output = '';
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString();
    });
    const exited = once(child, 'exit');
    try {
      await eventually(() => expect(output).toContain('applied'));
      expect(await applied(itemId)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(await applied(itemId)).toEqual([]);
    fixture.start({ definition: recordingConsumer({ laterEvents: 'wait' }), partitions: [partition] });
    await eventually(async () => expect(await applied(itemId)).toEqual([1, 2, 3, 4, 5]));
  });

  it('a commit strategy that stores the offset before the effect loses events, as the fault tests expect', async () => {
    const { pool } = fixture.database;
    const { itemId, partition } = await publishItem(5);
    let failures = 1;
    const definition = recordingConsumer(
      { laterEvents: 'wait' },
      () => {
        if (failures-- > 0) throw Object.assign(new Error('connection terminated'), { code: 'ECONNRESET' });
      },
      'broken',
    );
    fixture.start({
      definition,
      partitions: [partition],
      commitStrategy: async (move, effect) => {
        const outcome = await transaction(pool, (tx) => moveCheckpoint(tx, move));
        if (outcome.kind === 'moved') await transaction(pool, effect);
        return outcome;
      },
    });
    await publishItem(1, itemId, 6);
    await eventually(async () => expect((await applied(itemId, 'broken')).at(-1)).toBe(6));
    expect(await applied(itemId, 'broken')).not.toEqual([1, 2, 3, 4, 5, 6]);
  });
});
