import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { readTelemetryConfig } from './config.ts';
import { createSampler } from './sampler.ts';

const traceId = 'a'.repeat(32);

/** Whether a trace is recorded that is new, that a caller records, and that a caller does not record. */
function decisions(env: Record<string, string>): boolean[] {
  const sampler = createSampler(readTelemetryConfig(env).sampling);
  const parents = [
    ROOT_CONTEXT,
    ...[TraceFlags.SAMPLED, TraceFlags.NONE].map((traceFlags) =>
      trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b'.repeat(16), traceFlags, isRemote: true }),
    ),
  ];
  return parents.map(
    (parent) =>
      sampler.shouldSample(parent, traceId, 'work', SpanKind.SERVER, {}, []).decision ===
      SamplingDecision.RECORD_AND_SAMPLED,
  );
}

test.each([
  [undefined, '', [true, true, false]],
  ['always_on', '', [true, true, true]],
  ['always_off', '', [false, false, false]],
  ['traceidratio', '0', [false, false, false]],
  ['traceidratio', '1', [true, true, true]],
  ['parentbased_always_on', '', [true, true, false]],
  ['parentbased_always_off', '', [false, true, false]],
  ['parentbased_traceidratio', '0', [false, true, false]],
  ['parentbased_traceidratio', '1', [true, true, false]],
])(
  'OTEL_TRACES_SAMPLER=%s with the argument %s records new, recorded and not recorded traces: %s',
  (name, ratio, expected) => {
    expect(decisions({ ...(name && { OTEL_TRACES_SAMPLER: name }), OTEL_TRACES_SAMPLER_ARG: ratio })).toEqual(
      expected,
    );
  },
);
