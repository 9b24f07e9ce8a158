import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { attribute } from './attributes.ts';
import type { TelemetryConfig } from './config.ts';
import { strangersLink } from './edge-propagator.ts';
import { trackRoute } from './http-route.ts';

const noClient = {
  'client.address': undefined,
  'network.peer.address': undefined,
  'network.peer.port': undefined,
  'user_agent.original': undefined,
};

const instrumented = ['http', 'https', 'pg', 'pg-pool', 'ioredis'];

/**
 * Health probes, scrapes and static files are too many to trace, and nobody needs their traces. Live updates of an open page last as
 * long as the page, and a span would be held for each.
 */
const untraced = /^\/(healthz|readyz|metrics$|live(\/now)?(\?|$)|_next\/static\/|favicon\.ico)/;

/**
 * Instruments http, fetch, pg and ioredis, which this process will import later, and Node itself. Outgoing calls are traced only inside a trace, because
 * polling and LISTEN loops would otherwise start a trace each time. No header, query parameter, statement value or Redis key is
 * recorded, and the client's address and user agent only with TRACE_CLIENT_DETAILS. amqplib is not instrumented, because its instrumentation overwrites the traceparent header of the envelope.
 */
export function instrument({ clientDetails }: Pick<TelemetryConfig, 'clientDetails'>): Instrumentation[] {
  // Runs in this thread. With it the instrumentations see import statements; only these modules are wrapped.
  register({ include: instrumented });
  const instrumentations = [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) => untraced.test(request.url ?? ''),
      requireParentforOutgoingSpans: true,
      // Names that are personal data. Undefined removes them.
      ...(!clientDetails && { startIncomingSpanHook: () => ({ ...noClient }) }),
      // Also called for an outgoing request, which then finds the metadata of the incoming one around it.
      requestHook(span) {
        const link = strangersLink();
        if (link) span.addLink(link);
        const metadata = getRPCMetadata(context.active());
        if (metadata?.type === RPCType.HTTP) trackRoute(metadata);
      },
    }),
    new UndiciInstrumentation({ requireParentforSpans: true }),
    new PgInstrumentation({
      requireParentSpan: true,
      ignoreConnectSpans: true,
      enhancedDatabaseReporting: false,
      // On one machine all servers have the same address. A graph of services shows them by this name.
      requestHook: (span, { connection }) =>
        span.setAttribute(attribute.peerService, `postgres/${connection.database ?? ''}`),
    }),
    new IORedisInstrumentation({
      requireParentSpan: true,
      dbStatementSerializer: (command) => command,
      requestHook: (span) => span.setAttribute(attribute.peerService, 'redis'),
    }),
    new RuntimeNodeInstrumentation(),
  ];
  registerInstrumentations({ instrumentations });
  return instrumentations;
}
