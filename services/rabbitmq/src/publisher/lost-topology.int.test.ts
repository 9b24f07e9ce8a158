import { randomBytes } from 'node:crypto';
import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { createVhost, deleteVhost, managementRequest } from '@gavel/dev/infrastructure/rabbitmq-management';
import { createLogger } from '@gavel/observability/logger';
import { EVENTS_EXCHANGE, partitionsOf, UNROUTED_EXCHANGE, UNROUTED_QUEUE } from '@gavel/proto/topology';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { EventPublisher } from './event-publisher.ts';
import { createExchangePublisher } from './exchange-publisher.ts';

const AWHILE = { timeout: 30_000, interval: 100 };
const vhost = `topology-${randomBytes(6).toString('hex')}`;
let urls: InfrastructureUrls;
let publisher: EventPublisher;

beforeAll(async () => {
  urls = await createVhost(inject('infrastructure'), vhost);
  publisher = createExchangePublisher({
    amqpUrl: urls.amqpUrl,
    connectionName: 'lost-topology',
    log: createLogger('lost-topology'),
    onConfirmed: () => undefined,
    onRefused: () => undefined,
    onFailure: () => undefined,
  });
});
afterAll(async () => {
  await publisher?.close();
  await deleteVhost(urls.managementUrl, vhost);
});

const call = (method: 'GET' | 'DELETE', path: string) => managementRequest(urls.managementUrl, method, path);

/** The bindings of the vhost, as "source → destination", without those of the default exchange. */
async function bindings(): Promise<string[]> {
  const found = (await call('GET', `/api/bindings/${vhost}`)) as { source: string; destination: string }[];
  return found.filter(({ source }) => source !== '').map((one) => `${one.source} → ${one.destination}`);
}

const partitions = partitionsOf('gavel.bids').map((partition) => `gavel.bids → ${partition}`);
const unrouted = [`${UNROUTED_EXCHANGE} → ${UNROUTED_QUEUE}`];

it.each([
  ['the exchange of a super stream', `exchanges/${vhost}/gavel.bids`, partitions],
  ['the alternate exchange', `exchanges/${vhost}/${UNROUTED_EXCHANGE}`, unrouted],
  ['the queue of unrouted events', `queues/${vhost}/${UNROUTED_QUEUE}`, unrouted],
])('%s is declared and bound again within seconds, without an event', async (_, path, expected) => {
  await vi.waitFor(async () => expect(await bindings()).toEqual(expect.arrayContaining(expected)), AWHILE);
  await call('DELETE', `/api/${path}`);
  await vi.waitFor(async () => expect(await bindings()).toEqual(expect.arrayContaining(expected)), AWHILE);
});

it('the topic exchange is declared again within seconds, without an event', async () => {
  const exists = () =>
    vi.waitFor(async () => {
      const found = (await call('GET', `/api/exchanges/${vhost}`)) as { name: string }[];
      expect(found.map(({ name }) => name)).toContain(EVENTS_EXCHANGE);
    }, AWHILE);
  await exists();
  await call('DELETE', `/api/exchanges/${vhost}/${EVENTS_EXCHANGE}`);
  await exists();
});
