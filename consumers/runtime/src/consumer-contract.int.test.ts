import { randomUUID } from 'node:crypto';
import { toHeaders } from '@gavel/proto/envelope';
import { afterEach, describe, expect, it } from 'vitest';
import { readDecisions } from './adapters/postgres/dead-letter-decisions.ts';
import { PermanentFailure } from './define-consumer.ts';
import { redrive } from './redrive.ts';
import { useConsumerFixture } from './testing/consumer-fixture.ts';
import { type ContractConsumer, consumerModes, type StartedConsumer } from './testing/consumer-modes.ts';
import { eventually } from './testing/eventually.ts';
import { bidMessage, type EventMessage } from './testing/foreign-producer.ts';
import { appliedSequences, type RecordedEvent } from './testing/recording-consumer.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe.each(consumerModes)('a consumer $mode', ({ mode, start, publish, publishHostile }) => {
  const fixture = useConsumerFixture();
  const started: StartedConsumer[] = [];
  let names = 0;

  afterEach(async () => {
    await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
  });

  /** A consumer with its own name, and its own item to publish bids for. */
  const setUp = async (options: (itemId: string) => Omit<ContractConsumer, 'name'> = () => ({})) => {
    names += 1;
    const name = `contract-${mode.length}-${names}`;
    const itemId = randomUUID();
    const { pool } = fixture.database;
    const consumer = await start(pool, fixture.producer, { name, ...options(itemId) });
    started.push(consumer);
    const bid = (sequence: number) =>
      bidMessage({ itemId, userId: randomUUID() }, sequence, {
        traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
      });
    return {
      consumer,
      itemId,
      bid,
      publish: (...bids: EventMessage[]) => publish(fixture.producer, bids),
      applied: () => appliedSequences(pool, itemId, name),
      deadLetters: async () => {
        const { rows } = await pool.query<Record<string, unknown> & { id: bigint }>(
          'SELECT * FROM dead_letters WHERE consumer = $1 ORDER BY id',
          [name],
        );
        return rows;
      },
    };
  };

  /** True for the event on which the handler must fail: the stream also holds events of other tests. */
  const isBid = (events: readonly RecordedEvent[], itemId: string, sequence: number) =>
    events.some(({ body, envelope }) => body.itemId === itemId && envelope.sequence === String(sequence));

  it('applies an event once, however often it is delivered', async () => {
    const { bid, publish, applied } = await setUp();
    const first = bid(1);
    await publish(first, first, first);
    await publish(first, bid(2));
    await eventually(async () => expect(await applied()).toEqual([1, 2]));
  });

  it('retries an event with growing delays after a transient failure, and parks nothing', async () => {
    const tries: number[] = [];
    const { bid, publish, applied, deadLetters } = await setUp((itemId) => ({
      attempts: 2,
      isTransient: (error) => error instanceof Error && error.message === 'busy elsewhere',
      before(events) {
        if (!isBid(events, itemId, 1)) return;
        tries.push(Date.now());
        if (tries.length <= 4) throw new Error('busy elsewhere');
      },
    }));
    await publish(bid(1));
    await eventually(async () => expect(await applied()).toEqual([1]));
    expect(tries).toHaveLength(5);
    // At least half of 50 and of 100 ms: retries are not immediate.
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(24);
    expect((tries[2] ?? 0) - (tries[1] ?? 0)).toBeGreaterThanOrEqual(49);
    expect(await deadLetters()).toEqual([]);
  });

  it('waits during an error of the database, and parks nothing', async () => {
    let tries = 0;
    const { bid, publish, applied, deadLetters } = await setUp((itemId) => ({
      attempts: 2,
      async before(events, tx) {
        if (!isBid(events, itemId, 1)) return;
        tries += 1;
        if (tries <= 3) await tx.query("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$");
      },
    }));
    await publish(bid(1));
    await eventually(async () => expect(await applied()).toEqual([1]));
    expect(await deadLetters()).toEqual([]);
  });

  it('applies an event that fails once', async () => {
    let left = 1;
    const { bid, publish, applied, deadLetters } = await setUp((itemId) => ({
      before(events) {
        if (isBid(events, itemId, 1) && left-- > 0) throw new Error('once');
      },
    }));
    await publish(bid(1));
    await eventually(async () => expect(await applied()).toEqual([1]));
    expect(await deadLetters()).toEqual([]);
  });

  it('parks an event that keeps failing with everything that is known about it, continues, and applies it after a redrive', async () => {
    let failing = true;
    const { consumer, itemId, bid, publish, applied, deadLetters } = await setUp((itemId) => ({
      attempts: 3,
      async before(events, tx) {
        // This effect before the failure must be undone.
        if (isBid(events, itemId, 2))
          await tx.query('UPDATE applied SET sequence = 99 WHERE item_id = $1', [itemId]);
        if (failing && isBid(events, itemId, 2)) throw new TypeError('no such thing');
      },
    }));
    const bad = bid(2);
    await publish(bid(1), bad, bid(3));
    await eventually(async () => expect(await deadLetters()).toHaveLength(1));
    await eventually(async () => expect(await applied()).toEqual([1, 3]));
    const [deadLetter] = await deadLetters();
    expect(deadLetter).toMatchObject({
      reason: 'handler_failed',
      error: 'no such thing',
      stack: expect.stringContaining('TypeError: no such thing'),
      attempts: 3,
      event_id: bad.envelope.id,
      event_type: 'bids.v1.BidPlaced',
      aggregate_id: itemId,
      trace_id: TRACE_ID,
      status: 'parked',
      headers: expect.objectContaining(bad.properties),
    });
    failing = false;
    const { pool } = fixture.database;
    const decision = { by: 'eve', reason: 'corrected' };
    const id = deadLetter?.id ?? 0n;
    expect(await redrive(pool, consumer.definition, id, decision)).toEqual({ outcome: 'redriven' });
    expect(await readDecisions(pool, id)).toMatchObject([
      { decision: 'redrive', settled: true, ...decision },
    ]);
    // A late copy counts as handled.
    await publish(bad, bid(4));
    await eventually(async () => expect(await applied()).toContain(4));
    expect((await applied()).filter((sequence) => sequence === 2)).toEqual([2]);
  });

  it('parks a PermanentFailure without a retry', async () => {
    let tries = 0;
    const { bid, publish, applied, deadLetters } = await setUp((itemId) => ({
      before(events) {
        if (!isBid(events, itemId, 1)) return;
        tries += events.length === 1 ? 1 : 0;
        throw new PermanentFailure('never');
      },
    }));
    await publish(bid(1));
    await eventually(async () => expect(await deadLetters()).toMatchObject([{ error: 'never' }]));
    await publish(bid(2));
    await eventually(async () => expect(await applied()).toEqual([2]));
    expect(tries).toBeLessThanOrEqual(2);
  });

  it('parks unusable messages of foreign clients and continues', async () => {
    const { bid, publish, applied, deadLetters } = await setUp();
    const base = bid(1);
    const headers = (change: Record<string, string>) =>
      toHeaders({ ...base.envelope, id: randomUUID(), ...change });
    const junk = Buffer.from([0xff, 0xff, 0xff]);
    const before = (await deadLetters()).length;
    const hostile: [string, Record<string, unknown>, Buffer][] = [
      ['malformed_envelope', {}, Buffer.alloc(0)],
      ['malformed_envelope', { cloudEvents_id: 0, nothing: null, flag: false, empty: '' }, junk],
      [
        'malformed_envelope',
        { when: { '!': 'timestamp', value: 1_700_000_000 }, list: [1, 'two', [3]] },
        junk,
      ],
      ['malformed_envelope', { bytes: Buffer.from([0, 1, 255]), table: { nested: { deeper: true } } }, junk],
      ['malformed_envelope', { text: 'a\u0000b', long: 'y'.repeat(30_000), large: 2 ** 40 }, junk],
      ['malformed_envelope', headers({ id: 'not-a-uuid' }), base.body],
      ['malformed_envelope', headers({ type: 'bids.v1.ItemCreated' }), base.body],
      ['unknown_type', headers({ type: 'bids.v1.Withdrawn' }), base.body],
      ['undecodable_body', headers({}), junk],
      // A BidPlaced without any field.
      ['invalid_event', headers({}), Buffer.alloc(0)],
    ];
    for (const [, strange, body] of hostile) await publishHostile(fixture.producer, base, strange, body);
    await publish(bid(1));
    await eventually(async () => expect(await applied()).toEqual([1]));
    await eventually(async () => expect(await deadLetters()).toHaveLength(before + hostile.length));
    const reasons = (await deadLetters()).slice(before).map(({ reason }) => reason);
    expect(reasons.toSorted()).toEqual(hostile.map(([reason]) => reason).toSorted());
  });

  it('finishes and commits the current event when it is stopped', async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const { consumer, bid, publish, applied } = await setUp((itemId) => ({
      async before(events) {
        if (!isBid(events, itemId, 1)) return;
        entered.resolve();
        await release.promise;
      },
    }));
    await publish(bid(1));
    await entered.promise;
    const stopped = consumer.stop();
    expect(await applied()).toEqual([]);
    release.resolve();
    await stopped;
    expect(await applied()).toEqual([1]);
  });
});
