import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { register } from 'import-in-the-middle/register-hooks.mjs';

const instrumented = ['http', 'https', 'pg', 'pg-pool', 'ioredis'];

/** Health probes, scrapes and static files are too many to trace, and nobody needs their traces. */
const untraced = /^\/(healthz|readyz|metrics$|_next\/static\/|favicon\.ico)/;

/**
 * Instruments http, fetch, pg and ioredis, which this process will import later, and Node itself. Outgoing calls are traced only inside a trace, because
 * polling and LISTEN loops would otherwise start a trace each time. No header, query parameter, statement value or Redis key is
 * recorded. amqplib is not instrumented, because its instrumentation overwrites the traceparent header of the envelope.
 */
export function instrument(): Instrumentation[] {
  // Runs in this thread. With it the instrumentations see import statements; only these modules are wrapped.
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
    new RuntimeNodeInstrumentation(),
  ];
  registerInstrumentations({ instrumentations });
  return instrumentations;
}
