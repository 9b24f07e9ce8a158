import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';
import { readTelemetryConfig } from './config.ts';
import { describeError } from './error-description.ts';

export type { Logger };

const secrets = [
  'password',
  'token',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'authorization',
  'Authorization',
  'cookie',
  'Cookie',
  'set-cookie',
  'secret',
];

/** Three levels cover what we log: a field, a field of a request, a header of a request. */
const redacted = ['', '*.', '*.*.'].flatMap((prefix) =>
  secrets.map((key) => (key.includes('-') ? `${prefix.replace(/\.$/, '')}["${key}"]` : `${prefix}${key}`)),
);

/**
 * A logger of JSON lines on stdout, named for the part that speaks. Each line carries the active `trace_id` and `span_id`;
 * errors belong under `err` (with their causes); passwords, tokens and cookies are redacted. Level: `LOG_LEVEL`.
 */
export function createLogger(name: string, destination?: DestinationStream): Logger {
  const options = {
    name,
    level: readTelemetryConfig().logLevel,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: activeTrace,
    serializers: { err: describeError },
    redact: { paths: redacted, censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}

function activeTrace(): Record<string, string> {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
