import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PermanentFailure } from './permanent-failure.ts';
import { redrive } from './redrive.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage } from './testing/foreign-producer.ts';
import { appliedSequences, recordingConsumer } from './testing/recording-consumer.ts';

describe('redriving a dead letter', () => {
  const fixture = useConsumerFixture();

  it('applies it once the handler can, in the order of its aggregate, and then later events go straight through', async () => {
    const { pool } = fixture.database;
    let isBroken = true;
    const definition = recordingConsumer({ laterEvents: 'wait' }, (events) => {
      if (isBroken && events.some((event) => event.envelope.sequence === '2'))
        throw new PermanentFailure('broken');
    });
    const itemId = randomUUID();
    const bids = [1, 2, 3].map((sequence) => bidMessage({ itemId, userId: itemId }, sequence));
    const partition = bids[0]?.partition ?? '';
    await fixture.producer.send(partition, bids);
    fixture.start({ definition, partitions: [partition] });

    const letters = await eventually(async () => {
      const { rows } = await pool.query<{ id: bigint }>(
        "SELECT id FROM dead_letters WHERE status = 'parked' ORDER BY id",
      );
      expect(rows).toHaveLength(2);
      return rows.map(({ id }) => id);
    });
    const [second = 0n, third = 0n] = letters;
    expect(await redrive(pool, definition, third)).toEqual({ outcome: 'waits-for-earlier', earlier: second });
    expect(await redrive(pool, definition, second)).toEqual({ outcome: 'failed', problem: 'broken' });
    isBroken = false;
    expect(await redrive(pool, definition, second)).toEqual({ outcome: 'redriven' });
    expect(await redrive(pool, definition, second)).toEqual({ outcome: 'not-parked' });
    expect(await redrive(pool, definition, third)).toEqual({ outcome: 'redriven' });
    await fixture.producer.send(partition, [bidMessage({ itemId, userId: itemId }, 4)]);
    await eventually(async () => expect(await appliedSequences(pool, itemId)).toEqual([1, 2, 3, 4]));
    expect(await redrive(pool, definition, 999n)).toEqual({ outcome: 'not-parked' });
  });
});
