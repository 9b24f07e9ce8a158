import { randomUUID } from 'node:crypto';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import manifest from '../package.json' with { type: 'json' };

/** What every span and metric says of its sender. All rooms share one version. OTEL_RESOURCE_ATTRIBUTES adds to it. */
export function describeProcess(serviceName: string): Resource {
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
