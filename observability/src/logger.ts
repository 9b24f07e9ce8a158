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

/** Three levels of nesting: a field, a field of a request, a header of a request. */
const redacted = ['', '*.', '*.*.'].flatMap((prefix) =>
  secrets.map((key) => (key.includes('-') ? `${prefix.replace(/\.$/, '')}["${key}"]` : `${prefix}${key}`)),
);

/**
 * A logger that writes JSON lines to stdout. Each line has the active `trace_id` and `span_id`. Errors belong under `err`, and are
 * written with their causes. Passwords, tokens and cookies are redacted. The level is `LOG_LEVEL`.
 * @param name the part of the process that logs
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
