import { type OtlpReceiver, startOtlpReceiver } from '@gavel/observability/testing/otlp-receiver';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { System } from '../system/start-system.ts';
import { launchBrowser, listItem, openPage, placeBid, register } from './browser.ts';
import { startWebSystem } from './web-system.ts';

let receiver: OtlpReceiver;
let system: System;
let browser: Browser;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  system = await startWebSystem({
    env: { ...receiver.environment, OTEL_BSP_SCHEDULE_DELAY: '200' },
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await system?.stop();
  await receiver?.close();
});

describe('one trace', () => {
  it('runs from the server action through service, relay, stream and exchange to the consumer’s transaction', async () => {
    const seller = await openPage(browser, system.urls.bff);
    await register(seller, 'Traced Seller');
    const itemId = await listItem(seller, 'A traced clock', '10');
    const bidder = await openPage(browser, system.urls.bff);
    await register(bidder, 'Traced Bidder');
    await placeBid(bidder, itemId, '11');

    const wanted = [
      { service: 'bff', name: /place-?bid/i },
      { service: 'bids', name: /bids\.v1\.BidService\/PlaceBid/ },
      { service: 'relay-bids', name: /publish|send/ },
      { service: 'consumer-user-stats', name: /process/ },
    ];
    await vi.waitFor(
      () => {
        const rpc = receiver.spans().filter((span) => /BidService\/PlaceBid/.test(span.name));
        const traceId = rpc[0]?.traceId;
        const trace = receiver.spans().filter((span) => span.traceId === traceId);
        const services = trace.map((span) => `${span.service}: ${span.name}`);
        for (const { service, name } of wanted) {
          expect(
            services.some((each) => each.startsWith(`${service}: `) && name.test(each)),
            `${service} ${name} in\n${services.join('\n')}`,
          ).toBe(true);
        }
        // The spans form a chain and do not only share an id: the stored context makes the request the parent of what carries or
        // applies its event later. So the parents of the relay's spans lead back to the action's span, and those of the consumer's
        // spans to the relay's.
        const byId = new Map(trace.map((span) => [span.spanId, span]));
        const ways = { 'relay-bids': ['bids', 'bff'], 'consumer-user-stats': ['relay-bids', 'bids', 'bff'] };
        for (const [service, before] of Object.entries(ways)) {
          let span = trace.find((each) => each.service === service);
          const way = new Set<string>();
          while (span) {
            way.add(span.service);
            span = span.parentSpanId ? byId.get(span.parentSpanId) : undefined;
          }
          expect(way).toEqual(new Set([service, ...before]));
        }
        // A graph of services pairs a producer span with the consumer spans below it.
        const processed = trace.find(
          ({ service, kind }) => service === 'consumer-user-stats' && kind === 'consumer',
        );
        expect(processed).toMatchObject({ name: 'process gavel.bids' });
        expect(byId.get(processed?.parentSpanId ?? '')).toMatchObject({
          name: 'publish gavel.bids',
          kind: 'producer',
          attributes: {
            'messaging.destination.name': processed?.attributes['messaging.destination.name'] ?? '',
          },
        });
        // The request has one server span in the web app, and one in the service, each called by method and route.
        const servers = trace
          .filter(({ kind }) => kind === 'server')
          .map(({ service, name }) => `${service}: ${name}`);
        // The form sends its own request with script, and the page's action without it.
        const web = servers.filter((each) => each.startsWith('bff: '));
        expect(web).toEqual([expect.stringMatching(/^bff: POST \/items\/\[id\](\/bids)?$/)]);
        expect(servers).toContain('bids: POST /bids.v1.BidService/PlaceBid');
        // The trace includes the consumer's database transaction: its statements are children of the consumer's span.
        const consumed = trace.filter((span) => span.service === 'consumer-user-stats');
        expect(
          consumed.some((span) => /COMMIT/i.test(span.name)),
          consumed.map((span) => span.name).join(', '),
        ).toBe(true);
      },
      { timeout: 60_000, interval: 250 },
    );
  });

  it('and every process shows its metrics to Prometheus on its own port, but not to visitors behind a proxy', async () => {
    for (const [name, url] of Object.entries(system.urls)) {
      const page = await (await fetch(`${url}/metrics`)).text();
      expect(page, name).toContain(`service_name="${name}"`);
      expect(page, name).toContain('nodejs_eventloop_delay_p99_seconds');
    }
    const forwarded = { headers: { 'x-forwarded-for': '203.0.113.7' } };
    expect((await fetch(`${system.urls.bff}/metrics`, forwarded)).status).toBe(404);
  });

  it('contains no personal data and no secrets', () => {
    expect(receiver.spans()).not.toEqual([]);
    const everything = JSON.stringify(receiver.spans(), (_, value) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    for (const secret of ['correct horse', '@example.com', 'gavel_access', 'eyJ'])
      expect(everything).not.toContain(secret);
  });
});
