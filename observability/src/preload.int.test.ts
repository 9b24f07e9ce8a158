import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { prometheusName } from './prometheus/metric-name.ts';
import { type OtlpReceiver, startOtlpReceiver } from './testing/otlp-receiver.ts';

const program = fileURLToPath(new URL('./testing/traced-program.ts', import.meta.url));
const preloaded = ['--import', '@gavel/observability/preload'];

function run(args: string[], env: Record<string, string>) {
  return execa(process.execPath, [...preloaded, ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { OTEL_SERVICE_NAME: 'traced-program', LOG_LEVEL: 'info', ...env },
    reject: false,
  });
}

describe('a process with the preload and a collector', () => {
  let receiver: OtlpReceiver;
  let log: { trace_id: string; asked: string; fetched: string; page: string };

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const { postgresUrl, redisUrl } = inject('infrastructure');
    const env = { ...receiver.environment, DATABASE_URL: postgresUrl, REDIS_URL: redisUrl };
    const result = await run([program], env);
    expect(result.stderr).toBe('');
    log = JSON.parse(result.stdout);
  });
  afterAll(() => receiver.close());

  test('exports one trace with our span, http and fetch clients, their servers, Postgres and Redis', () => {
    const spans = receiver.spans();
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([log.trace_id]));
    expect(new Set(spans.map((span) => span.service))).toEqual(new Set(['traced-program']));
    const count = (scope: string, kind: string) =>
      spans.filter((span) => span.scope.endsWith(scope) && span.kind === kind).length;
    expect(count('gavel', 'internal')).toBe(1);
    expect(count('http', 'client')).toBe(1);
    expect(count('undici', 'client')).toBe(1);
    expect(count('http', 'server')).toBe(2);
    expect(count('pg', 'client')).toBe(2);
    const setCommands = spans.filter((span) => span.scope.endsWith('ioredis') && span.name === 'set');
    expect(setCommands).toHaveLength(2);
  });

  test('each span has the right parent: walk, client, server, query', () => {
    const spans = receiver.spans();
    const parentOf = (id: string | undefined) => spans.find((span) => span.spanId === id);
    const query = spans.find((span) => span.scope.endsWith('pg'));
    const server = parentOf(query?.parentSpanId);
    const client = parentOf(server?.parentSpanId);
    const walk = parentOf(client?.parentSpanId);
    expect([server?.kind, client?.kind, walk?.name]).toEqual(['server', 'client', 'walk']);
    expect(walk?.parentSpanId).toBeUndefined();
  });

  test('a server span is called by method and route, and so is its metric', () => {
    const servers = receiver.spans().filter(({ kind }) => kind === 'server');
    expect(servers.map(({ name }) => name)).toEqual(['GET /asked-by-{client}', 'GET /asked-by-{client}']);
    expect(log.page).toMatch(
      /http_server_request_duration_seconds_count\{[^}]*http_route="\/asked-by-\{client\}"/,
    );
  });

  test('queries and commands name their server for graphs of services', () => {
    const peers = receiver.spans().map(({ scope, attributes }) => [scope, attributes['peer.service']]);
    const named = new Set(
      peers.filter(([, peer]) => peer !== undefined).map(([scope, peer]) => `${scope} ${peer}`),
    );
    expect(named).toEqual(
      new Set([
        '@opentelemetry/instrumentation-pg postgres/postgres',
        '@opentelemetry/instrumentation-ioredis redis',
      ]),
    );
  });

  test('records no header, token, query, statement value or Redis key', () => {
    const exported = JSON.stringify(receiver.spans(), (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(exported).not.toContain('secret-');
    expect(exported).toContain('SELECT $1::text AS secret');
  });

  test('a span has no address and no user agent of a client', () => {
    const servers = receiver.spans().filter(({ kind }) => kind === 'server');
    const names = servers.flatMap(({ attributes }) => Object.keys(attributes));
    expect(names).toContain('url.path');
    for (const name of ['client.address', 'network.peer.address', 'user_agent.original'])
      expect(names).not.toContain(name);
  });

  test('does not trace the health routes', () => {
    expect(receiver.spans().filter((span) => span.attributes['url.path'] === '/healthz')).toEqual([]);
  });

  test('shows the same metrics under the same names to Prometheus', () => {
    const families = new Map(
      [...log.page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]),
    );
    // GC runs when it wants to, so this one may appear in one of the two only.
    const sent = receiver.metrics().filter(({ name }) => name !== 'v8js.gc.duration');
    expect(sent.length).toBeGreaterThan(10);
    for (const { name, unit, kind } of sent) {
      const expected = prometheusName(name, unit, kind === 'gauge');
      expect(families.get(kind === 'counter' ? `${expected}_total` : expected), name).toBe(
        kind === 'up-down counter' ? 'gauge' : kind,
      );
    }
  });

  test('exports metrics as well, with version and instance', () => {
    expect(receiver.metrics().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['http.server.request.duration', 'db.client.operation.duration']),
    );
    const seconds = receiver.metrics().filter(({ unit, bounds }) => unit === 's' && bounds.length > 0);
    expect(new Set(seconds.map(({ bounds }) => bounds[0]))).toEqual(new Set([0.001]));
    expect(receiver.spans()[0]?.resource).toMatchObject({
      'service.version': expect.any(String),
      'service.instance.id': expect.any(String),
    });
  });
});

describe('a process with the preload alone', () => {
  test('shows its metrics, and those of Node, to Prometheus', async () => {
    const { page } = JSON.parse((await run([program], {})).stdout);
    const families = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(families).toEqual(
      expect.arrayContaining([
        'http_server_request_duration_seconds histogram',
        'nodejs_eventloop_delay_p99_seconds gauge',
        'nodejs_eventloop_utilization_ratio gauge',
        'v8js_memory_heap_used_bytes gauge',
      ]),
    );
    expect(page).toContain('target_info{service_name="traced-program",service_namespace="gavel"');
    expect(page).not.toContain('secret-');
  });

  test('has trace ids in its logs and in its requests', async () => {
    const result = await run([program], { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    const log = JSON.parse(result.stdout);
    expect(log.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(log.asked).traceparent).toContain(log.trace_id);
    expect(JSON.parse(log.fetched).traceparent).toContain(log.trace_id);
  });
});

describe('the settings of telemetry', () => {
  test('spans and metrics are sent as protobuf when nothing else is set', async () => {
    const bodies = new Map<string, { type: string | undefined; bytes: Buffer }>();
    const server = createHttpServer(async (request, response) => {
      bodies.set(request.url ?? '', {
        type: request.headers['content-type'],
        bytes: await buffer(request),
      });
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const result = await run([program], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    server.close();
    expect(result.stderr).toBe('');
    const [spans, metrics] = [bodies.get('/v1/traces'), bodies.get('/v1/metrics')];
    expect([spans?.type, metrics?.type]).toEqual(['application/x-protobuf', 'application/x-protobuf']);
    // Field 1 of both exports is a message, so the first byte is its tag; texts are stored as they are.
    expect([spans?.bytes[0], metrics?.bytes[0]]).toEqual([0x0a, 0x0a]);
    expect(spans?.bytes.includes('walk')).toBe(true);
    expect(metrics?.bytes.includes('http.server.request.duration')).toBe(true);
  });

  test('TRACE_CALLERS decides whether a caller’s span is the parent, or a new trace begins', async () => {
    for (const [setting, traces] of [
      ['trusted', 1],
      ['untrusted', 3],
    ] as const) {
      const receiver = await startOtlpReceiver();
      await run([program], { ...receiver.environment, TRACE_CALLERS: setting });
      expect(new Set(receiver.spans().map(({ traceId }) => traceId)).size, setting).toBe(traces);
      await receiver.close();
    }
  });

  test('OTEL_TRACES_SAMPLER decides whether a new trace is recorded, and its ids exist in any case', async () => {
    const receiver = await startOtlpReceiver();
    const off = { ...receiver.environment, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' };
    const result = await run([program], { ...off, OTEL_TRACES_SAMPLER_ARG: '0' });
    const { traceparent } = JSON.parse(JSON.parse(result.stdout).asked);
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(receiver.spans()).toEqual([]);
    expect(receiver.metrics()).not.toEqual([]);
    await receiver.close();
  });
});

describe('the end of a process', () => {
  const waits = `
    const { withSpan } = await import('@gavel/observability/tracing');
    setInterval(() => undefined, 60_000);
    await withSpan('last words', {}, () => undefined);
    console.log('ready');
  `;

  test('SIGTERM exports the last spans and then ends the process, without another listener', async () => {
    const receiver = await startOtlpReceiver();
    const child = run(['--input-type=module', '-e', waits], receiver.environment);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect((await child).signal).toBe('SIGTERM');
    expect(receiver.spans().map((span) => span.name)).toEqual(['last words']);
    await receiver.close();
  });

  test('a collector that does not answer delays it by at most a second', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const child = run(['--input-type=module', '-e', waits], {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    await once(child.stdout, 'data');
    const asked = performance.now();
    child.kill('SIGTERM');
    expect((await child).signal).toBe('SIGTERM');
    expect(performance.now() - asked).toBeLessThan(3_000);
    silent.close();
  });

  test('malformed settings prevent the start, with an error that names all bad keys', async () => {
    const bad = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '2',
      LOG_LEVEL: 'loud',
    };
    const result = await run(['-e', '0'], bad);
    expect(result.exitCode).not.toBe(0);
    for (const key of Object.keys(bad)) expect(result.stderr).toContain(key);
  });
});
