import { z } from 'zod';

export type AttributeValue = string | number | boolean | AttributeValue[] | null;
export type AttributeMap = Record<string, AttributeValue>;
export type ReceivedKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Undefined on the root of a trace. */
  parentSpanId: string | undefined;
  name: string;
  kind: ReceivedKind;
  /** The resource's service.name. */
  service: string;
  /** The instrumentation scope, such as `gavel` or `@opentelemetry/instrumentation-pg`. */
  scope: string;
  attributes: AttributeMap;
  resource: AttributeMap;
  events: { name: string; attributes: AttributeMap }[];
  links: { traceId: string; spanId: string }[];
  status: 'unset' | 'ok' | 'error';
  /** Nanoseconds since 1970. */
  startTime: bigint;
  endTime: bigint;
}

export interface ReceivedMetric {
  name: string;
  unit: string;
  kind: 'counter' | 'up-down counter' | 'gauge' | 'histogram';
  service: string;
  /** Upper bounds of a histogram's buckets; empty for any other metric. */
  bounds: readonly number[];
}

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statuses = ['unset', 'ok', 'error'] as const;

interface AnyValue {
  stringValue?: string | undefined;
  intValue?: string | number | undefined;
  doubleValue?: number | undefined;
  boolValue?: boolean | undefined;
  arrayValue?: { values?: AnyValue[] | undefined } | undefined;
}

const anyValue: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    doubleValue: z.number().optional(),
    boolValue: z.boolean().optional(),
    arrayValue: z.object({ values: z.array(anyValue).optional() }).optional(),
  }),
);
const attributes = z.array(z.object({ key: z.string(), value: anyValue })).default([]);
const resource = z.object({ attributes }).default({ attributes: [] });
const scope = z.object({ name: z.string().default('') }).default({ name: '' });

const traces = z.object({
  resourceSpans: z.array(
    z.object({
      resource,
      scopeSpans: z.array(
        z.object({
          scope,
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
              attributes,
              events: z.array(z.object({ name: z.string(), attributes })).default([]),
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
              status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
            }),
          ),
        }),
      ),
    }),
  ),
});

const histogram = z.object({
  dataPoints: z.array(z.object({ explicitBounds: z.array(z.number()).default([]) })),
});
const exportedMetric = z.object({
  name: z.string(),
  unit: z.string().default(''),
  histogram: histogram.optional(),
  gauge: z.object({}).optional(),
  sum: z.object({ isMonotonic: z.boolean().default(false) }).optional(),
});

const metrics = z.object({
  resourceMetrics: z.array(
    z.object({
      resource,
      scopeMetrics: z.array(z.object({ metrics: z.array(exportedMetric) })),
    }),
  ),
});

/** The spans of one OTLP trace export, each with its resource and scope. Throws a ZodError on any other body. */
export function readSpans(body: unknown): ReceivedSpan[] {
  return traces.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const sender = toMap(resource.attributes);
    return scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        name: span.name,
        kind: kinds[span.kind] ?? 'unspecified',
        service: String(sender['service.name']),
        scope: scope.name,
        attributes: toMap(span.attributes),
        resource: sender,
        events: span.events.map((event) => ({ name: event.name, attributes: toMap(event.attributes) })),
        links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: statuses[span.status.code] ?? 'unset',
        startTime: BigInt(span.startTimeUnixNano),
        endTime: BigInt(span.endTimeUnixNano),
      })),
    );
  });
}

/** The metrics of one OTLP metric export. Throws a ZodError on any other body. */
export function readMetrics(body: unknown): ReceivedMetric[] {
  return metrics.parse(body).resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = String(toMap(resource.attributes)['service.name']);
    return scopeMetrics.flatMap(({ metrics }) =>
      metrics.map((metric) => ({
        name: metric.name,
        unit: metric.unit,
        kind: kindOf(metric),
        service,
        bounds: metric.histogram?.dataPoints[0]?.explicitBounds ?? [],
      })),
    );
  });
}

function kindOf({ histogram, gauge, sum }: z.output<typeof exportedMetric>): ReceivedMetric['kind'] {
  if (histogram) return 'histogram';
  if (gauge) return 'gauge';
  return sum?.isMonotonic ? 'counter' : 'up-down counter';
}

function toMap(pairs: z.output<typeof attributes>): AttributeMap {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value: AnyValue): AttributeValue {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(toValue);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? null;
}
