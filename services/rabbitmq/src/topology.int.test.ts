import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost, managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { partitionsOf } from '@gavel/proto/topology';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createTopology, ensureTopology, recreatePartition, type StreamRetention } from './topology.ts';

const LONG: StreamRetention = { maxAgeSeconds: 14 * 24 * 3600, maxLengthBytes: 20_000_000_000 };
const SHORT: StreamRetention = { maxAgeSeconds: 3600, maxLengthBytes: 200_000_000 };
const partitions = partitionsOf('gavel.bids');
let vhost: string;
let urls: InfrastructureUrls;

beforeEach(async () => {
  vhost = `topology-${randomBytes(6).toString('hex')}`;
  urls = await createVhost(inject('infrastructure'), vhost);
});
afterEach(() => deleteVhost(urls.managementUrl, vhost));

async function retentionOf(partition: string): Promise<unknown> {
  const path = `/api/queues/${vhost}/${partition}`;
  const queue = (await managementRequest(urls.managementUrl, 'GET', path)) as {
    arguments: Record<string, unknown>;
  };
  return [queue.arguments['x-max-age'], queue.arguments['x-max-length-bytes']];
}

function watched(retention?: StreamRetention) {
  const reports: [partition: string, difference: string][] = [];
  const topology = createTopology({
    ...(retention && { retention }),
    onOtherRetention: (...report) => reports.push(report),
  });
  return { reports, topology };
}

it('a stream is created with the retention of the settings', async () => {
  const { topology, reports } = watched(LONG);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  expect(await retentionOf('gavel.bids-3')).toEqual(['1209600s', 20_000_000_000]);
  expect(reports).toEqual([]);
});

it('a stream with another retention is used as it is, and each partition is reported once', async () => {
  await ensureTopology(urls.amqpUrl, 'test');
  const { topology, reports } = watched(SHORT);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  const all = [...partitionsOf('gavel.auth'), ...partitions];
  expect(reports.map(([partition]) => partition)).toEqual(all);
  expect(reports[0]?.[1]).toBe("x-max-length-bytes: received '200000000' but current is '5000000000'");
  expect(await retentionOf('gavel.bids-0')).toEqual(['604800s', 5_000_000_000]);
});

it('a difference in age alone is reported too', async () => {
  await ensureTopology(urls.amqpUrl, 'test', createTopology({ retention: { ...SHORT, maxAgeSeconds: 60 } }));
  const { topology, reports } = watched(SHORT);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  expect(reports[0]?.[1]).toBe("x-max-age: received '3600s' but current is '60s'");
});

it('a recreated partition has the retention of the settings, and the others keep theirs', async () => {
  await ensureTopology(urls.amqpUrl, 'test');
  const { topology, reports } = watched(LONG);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  await recreatePartition(urls.amqpUrl, 'test', 'gavel.bids-2', topology);
  await ensureTopology(urls.amqpUrl, 'test', topology);
  expect(await retentionOf('gavel.bids-2')).toEqual(['1209600s', 20_000_000_000]);
  expect(await retentionOf('gavel.bids-1')).toEqual(['604800s', 5_000_000_000]);
  expect(reports).toHaveLength(6);
});

it('a queue that is no stream is refused in its place', async () => {
  await managementRequest(urls.managementUrl, 'PUT', `/api/queues/${vhost}/gavel.bids-1`, { durable: true });
  await expect(ensureTopology(urls.amqpUrl, 'test')).rejects.toThrow(/inequivalent arg .* current is none/);
});
