/**
 * `node --import @gavel/observability/preload main.ts` starts telemetry before any other module is loaded.
 * Trace ids are always in logs and messages, and the process can always show its metrics. Spans and metrics are sent only if
 * OTEL_EXPORTER_OTLP_ENDPOINT is set.
 */
import { randomUUID } from 'node:crypto';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import manifest from '../package.json' with { type: 'json' };
import { readTelemetryConfig } from './config.ts';
import { createEdgePropagator } from './edge-propagator.ts';
import { flushTelemetry, onFlush } from './flush.ts';
import { instrument } from './instrumentations.ts';
import { withFittingNextSpans } from './next-spans.ts';
import { createSampler } from './sampler.ts';

const config = readTelemetryConfig();
const resource = describeProcess(config.serviceName);

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const w3c = new W3CTraceContextPropagator();
propagation.setGlobalPropagator(config.trustsCallers ? w3c : createEdgePropagator(w3c));
const instrumentations = instrument(config);

// Imported only now, because these modules import http, which has to be instrumented before.
const { createMeterProvider } = await import('./meter-provider.ts');
const meterProvider = await createMeterProvider(resource, config);
metrics.setGlobalMeterProvider(meterProvider);
for (const each of instrumentations) each.setMeterProvider(meterProvider);

// NodeSDK is not used, because it imports every exporter, also those for gRPC: start-up would take 140 ms instead of 45 ms.
const provider = new TracerProvider({
  resource,
  sampler: createSampler(config.sampling),
  spanProcessors: config.endpoint
    ? await (await import('./trace-export.ts')).createSpanProcessors(config.protocol)
    : [],
});
trace.setGlobalTracerProvider(withFittingNextSpans(provider));
if (config.endpoint) {
  onFlush(() => provider.forceFlush());
  onFlush(() => meterProvider.forceFlush());
  process.once('beforeExit', () => void flushTelemetry());
  process.once('SIGTERM', flushThenEnd);
}

/**
 * Because of this listener the signal no longer ends the process. If there is no other listener that ends it, the signal is sent again after
 * the flush.
 */
async function flushThenEnd(): Promise<void> {
  const othersEndTheProcess = process.listenerCount('SIGTERM') > 0;
  await flushTelemetry();
  if (!othersEndTheProcess) process.kill(process.pid, 'SIGTERM');
}

/** The resource of all spans and metrics. All packages have the same version. OTEL_RESOURCE_ATTRIBUTES adds attributes. */
function describeProcess(serviceName: string): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.namespace': 'gavel',
        'service.version': manifest.version,
        'service.instance.id': randomUUID(),
        'process.pid': process.pid,
      }),
    )
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
    .merge(resourceFromAttributes({ 'service.name': serviceName }));
}
