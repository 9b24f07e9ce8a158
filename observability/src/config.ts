import { z } from 'zod';

const schema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(['http/protobuf', 'http/json']).default('http/protobuf'),
  OTEL_SERVICE_NAME: z.string().min(1).default('gavel'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** `untrusted`: callers' traces are no parents of this process's spans. */
  TRACE_CALLERS: z.enum(['trusted', 'untrusted']).default('trusted'),
  /** Whether spans have the address and the user agent of the client. */
  TRACE_CLIENT_DETAILS: z.stringbool().default(false),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface TelemetryConfig {
  /** Base URL of an OTLP/http collector. Without it nothing is sent. */
  endpoint: string | undefined;
  protocol: z.output<typeof schema>['OTEL_EXPORTER_OTLP_PROTOCOL'];
  serviceName: string;
  /** Which new traces are recorded. `ratio`, from 0 to 1, is for the samplers with a ratio. */
  sampling: { sampler: z.output<typeof schema>['OTEL_TRACES_SAMPLER']; ratio: number };
  /** False for a process that strangers call: their traces are no parents. */
  trustsCallers: boolean;
  /** Whether spans have the address and the user agent of the client. */
  clientDetails: boolean;
  logLevel: z.output<typeof schema>['LOG_LEVEL'];
}

/** Reads the telemetry settings. An empty value counts as missing. Throws an error that names all malformed keys. */
export function readTelemetryConfig(env: NodeJS.ProcessEnv = process.env): TelemetryConfig {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((key) => (env[key] ? [[key, env[key]]] : [])),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new Error(`Bad telemetry settings:\n${z.prettifyError(parsed.error)}`);
  return {
    endpoint: parsed.data.OTEL_EXPORTER_OTLP_ENDPOINT,
    protocol: parsed.data.OTEL_EXPORTER_OTLP_PROTOCOL,
    serviceName: parsed.data.OTEL_SERVICE_NAME,
    sampling: { sampler: parsed.data.OTEL_TRACES_SAMPLER, ratio: parsed.data.OTEL_TRACES_SAMPLER_ARG },
    trustsCallers: parsed.data.TRACE_CALLERS === 'trusted',
    clientDetails: parsed.data.TRACE_CLIENT_DETAILS,
    logLevel: parsed.data.LOG_LEVEL,
  };
}
