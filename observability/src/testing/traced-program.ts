/**
 * A program for the tests of the preload: an http server, called once with http and once with fetch. With DATABASE_URL it queries
 * Postgres, and with REDIS_URL it calls Redis. Its only log line on stdout has the trace id and the page for Prometheus.
 */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { nameRoute } from '../http-route.ts';
import { createLogger } from '../logger.ts';
import { readMetricsPage } from '../prometheus/metrics-page.ts';
import { inject, withSpan } from '../tracing.ts';

const log = createLogger('traced-program');
const server = createServer(async (_request, response) => {
  await queryPostgres();
  await askRedis();
  nameRoute('/asked-by-{client}');
  response.end(JSON.stringify(inject()));
});
const { promise: listening, resolve } = Promise.withResolvers<void>();
server.listen(0, '127.0.0.1', resolve);
await listening;
const { port } = server.address() as AddressInfo;

await fetch(`http://127.0.0.1:${port}/healthz`);
await withSpan('walk', { attributes: { 'gavel.replay': false } }, async () => {
  const asked = await askByHttp(`http://127.0.0.1:${port}/asked-by-http?token=secret-token`);
  const fetched = await (await fetch(`http://127.0.0.1:${port}/asked-by-fetch?token=secret-token`)).text();
  const page = await readCompletePage();
  log.info({ asked, fetched, page, password: 'secret-password' }, 'walked');
});
server.close();
server.closeAllConnections();

/** The page with all metrics. The delay of the event loop has no value before its fifth sample, 50 ms after the last page that had one. */
async function readCompletePage(): Promise<string | undefined> {
  for (;;) {
    const page = await readMetricsPage();
    if (page === undefined || page.includes('nodejs_eventloop_delay_p99_seconds')) return page;
    await delay(20);
  }
}

function askByHttp(url: string): Promise<string> {
  return new Promise((done, fail) => {
    get(url, { headers: { authorization: 'Bearer secret-token' } }, (response) =>
      text(response).then(done, fail),
    ).once('error', fail);
  });
}

async function queryPostgres(): Promise<void> {
  if (!process.env.DATABASE_URL) return;
  const { Pool } = await import('pg');
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  await pool.query('SELECT $1::text AS secret', ['secret-value']);
  await pool.end();
}

async function askRedis(): Promise<void> {
  if (!process.env.REDIS_URL) return;
  const { Redis } = await import('ioredis');
  const redis = new Redis(process.env.REDIS_URL);
  // A command sent before the connection is ready waits in a queue and gets a second span when it leaves it.
  await once(redis, 'ready');
  await redis.set('secret-key', 'secret-value', 'EX', 10);
  redis.disconnect();
}
