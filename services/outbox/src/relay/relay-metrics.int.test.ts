import { metric } from '@gavel/observability/attributes';
import { installMetricReader, type MetricReader } from '@gavel/observability/testing/metric-reader';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { commitBids, createEventRig, type EventRig } from '../testing/event-rig.ts';
import type { Relay } from './start-relay.ts';

const AWHILE = { timeout: 30_000, interval: 100 };

describe('the metrics of a relay', () => {
  let rig: EventRig;
  let reader: MetricReader;
  let relay: Relay | undefined;
  beforeAll(async () => {
    rig = await createEventRig();
  });
  afterAll(() => rig.drop());
  beforeEach(() => {
    reader = installMetricReader();
  });
  afterEach(async () => {
    await relay?.stop();
    await reader.close();
  });

  /** The values of some metrics, in the order of their points. */
  const values = async (...names: string[]): Promise<Record<string, unknown[]>> => {
    const all = await reader.read();
    return Object.fromEntries(
      names.map((name) => [name, all.get(name)?.points.map(({ value }) => value) ?? []]),
    );
  };

  it('report backlog, age and failures while the broker is unavailable', async () => {
    relay = rig.relay({ amqpUrl: 'amqp://127.0.0.1:1' });
    await commitBids(rig.pool, uuidv7(), 1, 2, 3);
    await vi.waitFor(async () => {
      const seen = await values('gavel.outbox.backlog', 'gavel.outbox.oldest.age', 'gavel.relay.active');
      // Every term fails while the broker is unavailable, and the backlog is still reported.
      expect(seen).toEqual({
        'gavel.outbox.backlog': [3],
        'gavel.outbox.oldest.age': [expect.any(Number)],
        'gavel.relay.active': [0],
      });
      expect(seen['gavel.outbox.oldest.age']?.[0]).toBeGreaterThan(0);
    }, AWHILE);
    expect(await values('gavel.outbox.set_aside', 'gavel.outbox.lost')).toEqual({
      'gavel.outbox.set_aside': [0],
      'gavel.outbox.lost': [0],
    });
    await vi.waitFor(async () => {
      const failures = (await reader.read()).get('gavel.relay.failures');
      expect(failures?.points).toContainEqual({
        attributes: { 'gavel.outbox.name': 'bids', 'error.type': 'term' },
        value: expect.any(Number),
      });
    }, AWHILE);
  });

  it('report sent messages and their duration under the names of the semantic conventions', async () => {
    relay = rig.relay({});
    await commitBids(rig.pool, uuidv7(), 1, 2);
    await vi.waitFor(async () => {
      // The three events of the previous test, and these two.
      expect(await values('gavel.relay.published')).toEqual({ 'gavel.relay.published': [5] });
    }, AWHILE);
    const all = await reader.read();
    const sending = (destination: string) => ({
      'gavel.outbox.name': 'bids',
      'messaging.system.name': 'rabbitmq',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': destination,
    });
    const destinations = ['gavel.bids', 'gavel.events'].map(sending);
    const sent = all.get('messaging.client.sent.messages');
    expect(sent?.points).toHaveLength(2);
    for (const attributes of destinations) expect(sent?.points).toContainEqual({ attributes, value: 5 });
    const took = all.get('messaging.client.operation.duration');
    for (const attributes of destinations)
      expect(took?.points).toContainEqual({ attributes, value: expect.objectContaining({ count: 5 }) });
    const delay = all.get('gavel.relay.delay');
    expect(delay?.points).toEqual([
      expect.objectContaining({ value: expect.objectContaining({ count: 5 }) }),
    ]);
    expect(await values('gavel.relay.takeovers')).toEqual({ 'gavel.relay.takeovers': [1] });
    // Names, units and descriptions are those of the list in observability.
    const known = new Map<string, unknown>(
      Object.values(metric).map(({ name, unit, description }) => [name, { unit, description }]),
    );
    for (const [name, { unit, description }] of all) expect(known.get(name)).toEqual({ unit, description });
  });
});
