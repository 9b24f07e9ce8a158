import { serveMetricsPage } from '@gavel/observability/metrics-page';
import { afterEach, expect, it } from 'vitest';
import { createHealth } from './health.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';

let server: HttpServer | undefined;
afterEach(() => server?.close());

it('/metrics answers 404 without telemetry, and else what the preload reads, in the form that Prometheus reads', async () => {
  server = await startHttpServer({ host: '127.0.0.1', port: 0, health: createHealth() });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  expect((await fetch(url)).status).toBe(404);
  serveMetricsPage(async () => 'up 1\n');
  const page = await fetch(url);
  expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await page.text()).toBe('up 1\n');
});
