import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from './config.ts';

const parentBased = 'parentbased_';

/**
 * The sampler that OTEL_TRACES_SAMPLER names. A parent-based one decides only about new traces and follows the caller's decision
 * otherwise, so that the process where a trace begins decides for all.
 */
export function createSampler({ sampler, ratio }: TelemetryConfig['sampling']): Sampler {
  if (sampler.startsWith(parentBased)) {
    return new ParentBasedSampler({ root: plainSampler(sampler.slice(parentBased.length), ratio) });
  }
  return plainSampler(sampler, ratio);
}

function plainSampler(name: string, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    default:
      throw new Error(`unknown sampler ${name}`);
  }
}
