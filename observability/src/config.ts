import { z } from 'zod';

const schema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('gavel'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

export interface TelemetryConfig {
  /** Base URL of an OTLP/http collector. Without it nothing is exported. */
  endpoint: string | undefined;
  serviceName: string;
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
    serviceName: parsed.data.OTEL_SERVICE_NAME,
    logLevel: parsed.data.LOG_LEVEL,
  };
}
