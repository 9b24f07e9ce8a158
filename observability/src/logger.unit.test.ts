import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { activeSpan, withSpan } from './tracing.ts';

function memoryLogger() {
  const lines: string[] = [];
  const log = createLogger('test', { write: (line) => void lines.push(line) });
  return { log, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

afterEach(() => {
  trace.disable();
  context.disable();
});

describe('a logger', () => {
  test('writes one JSON object with level by name and an ISO time', () => {
    const { log, last } = memoryLogger();
    log.info({ port: 4001 }, 'listening');
    expect(last()).toMatchObject({ level: 'info', name: 'test', msg: 'listening', port: 4001 });
    expect(new Date(last().time).toISOString()).toBe(last().time);
  });

  test('has the ids of the active span, and no ids outside of a span', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new TracerProvider());
    const { log, last } = memoryLogger();
    log.info('outside');
    expect(last()).not.toHaveProperty('trace_id');
    await withSpan('work', {}, () => {
      log.info('inside');
      const active = activeSpan()?.spanContext();
      expect(last()).toMatchObject({ trace_id: active?.traceId, span_id: active?.spanId });
    });
  });

  test.each([
    [{ password: 'hidden' }],
    [{ request: { password: 'hidden', refresh_token: 'hidden' } }],
    [{ request: { headers: { authorization: 'hidden', cookie: 'hidden', 'set-cookie': 'hidden' } } }],
    [{ body: { accessToken: 'hidden' } }],
  ])('redacts secrets in %j', (fields) => {
    const { log, last } = memoryLogger();
    log.info(fields, 'seen');
    expect(JSON.stringify(last())).toContain('[redacted]');
    expect(JSON.stringify(last())).not.toContain('hidden');
  });

  test('writes an error with its causes and without the fields that libraries add to it', () => {
    const { log, last } = memoryLogger();
    const cause = Object.assign(new Error('duplicate key'), {
      code: '23505',
      constraint: 'users_email_key',
      detail: 'Key (email)=(a@example.test) already exists.',
    });
    log.error({ err: new Error('register failed', { cause }) }, 'failed');
    expect(last().err).toMatchObject({
      type: 'Error',
      message: 'register failed',
      cause: { message: 'duplicate key', code: '23505', constraint: 'users_email_key' },
    });
    expect(last().err.stack).toContain('logger.unit.test');
    expect(JSON.stringify(last())).not.toContain('a@example.test');
  });

  test('describes an error that is its own cause', () => {
    const { log, last } = memoryLogger();
    const error = new Error('round');
    error.cause = error;
    log.error({ err: error }, 'failed');
    expect(last().err.cause.message).toBe('round');
  });
});
