import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
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
  let log: { trace_id: string; asked: string; fetched: string };

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const { postgresUrl, redisUrl } = inject('infrastructure');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, DATABASE_URL: postgresUrl, REDIS_URL: redisUrl };
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

  test('records no header, token, query, statement value or Redis key', () => {
    const exported = JSON.stringify(receiver.spans(), (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(exported).not.toContain('secret-');
    expect(exported).toContain('SELECT $1::text AS secret');
  });

  test('does not trace the health routes', () => {
    expect(receiver.spans().filter((span) => span.attributes['url.path'] === '/healthz')).toEqual([]);
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
  test('has trace ids in its logs and in its requests', async () => {
    const result = await run([program], { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    const log = JSON.parse(result.stdout);
    expect(log.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(log.asked).traceparent).toContain(log.trace_id);
    expect(JSON.parse(log.fetched).traceparent).toContain(log.trace_id);
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
    const child = run(['--input-type=module', '-e', waits], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
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
    const bad = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', LOG_LEVEL: 'loud' };
    const result = await run(['-e', '0'], bad);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
    expect(result.stderr).toContain('LOG_LEVEL');
  });
});
