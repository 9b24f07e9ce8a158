import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { register } from 'import-in-the-middle/register-hooks.mjs';

const instrumented = ['http', 'https', 'pg', 'pg-pool', 'ioredis'];

/** Probes come every second and static files by the dozen; neither tells anything in a trace. */
const untraced = /^\/(healthz|readyz|_next\/static\/|favicon\.ico)/;

/**
 * Instruments http, fetch, pg and ioredis, which this process will import later. Outgoing calls are traced only inside a trace:
 * polls and LISTEN loops would otherwise each begin one. No header, query parameter, statement value or Redis key is
 * recorded. amqplib is left out: its instrumentation overwrites the traceparent header that the envelope carries.
 */
export function instrument(): Instrumentation[] {
  // The in-thread loader: import statements reach the instrumentations, and only these modules are wrapped.
  register({ include: instrumented });
  const instrumentations = [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) => untraced.test(request.url ?? ''),
      requireParentforOutgoingSpans: true,
    }),
    new UndiciInstrumentation({ requireParentforSpans: true }),
    new PgInstrumentation({
      requireParentSpan: true,
      ignoreConnectSpans: true,
      enhancedDatabaseReporting: false,
    }),
    new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
  ];
  registerInstrumentations({ instrumentations });
  return instrumentations;
}
