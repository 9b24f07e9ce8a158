import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, extractPublisher, inject, type Span, tracer } from '@gavel/observability/tracing';
import { streamOfPartition } from '@gavel/proto/topology';
import {
  type BatchObservableResult,
  context,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { PartitionStatus } from './partition-status.ts';
import type { AppendCounts, Carriers, MirroredEvent } from './ports.ts';

/** The bridge's name as a consumer group. */
const BRIDGE = 'nats-bridge';
/** The traces of older events ended long ago: they are linked to, not continued. */
const LIVE_MS = 5 * 60_000;
/** A batch links to at most this many of its older events; the others can be found by their offsets. */
const MAX_LINKS = 16;
const scope = 'gavel.nats-bridge';

const meter = metrics.getMeter(scope);
const handled = meter.createCounter(metric.consumerHandled.name, metric.consumerHandled);
const delay = meter.createHistogram(metric.consumerDelay.name, metric.consumerDelay);
const group = { [attribute.consumerGroup]: BRIDGE };

/**
 * Publishes a batch inside its spans. Each live event gets a consumer span in its own trace; the span's context is sent
 * with the event, so that the span of a NATS subscriber can be below it. All older events share one span, with links to
 * their traces.
 */
export async function inMirrorSpans<T>(
  partition: string,
  events: readonly MirroredEvent[],
  work: (carriers: Carriers) => Promise<T>,
): Promise<T> {
  const carriers = new Map<string, { traceparent?: string; tracestate?: string }>();
  const spans: Span[] = [];
  const oldest = Date.now() - LIVE_MS;
  const old: MirroredEvent[] = [];
  for (const event of events) {
    if (event.envelope.traceparent === undefined) continue;
    if (Date.parse(event.envelope.time) < oldest) {
      old.push(event);
      continue;
    }
    const parent = extractPublisher(event.headers, event.envelope);
    const span = tracer(scope).startSpan(
      `process ${streamOfPartition(partition)}`,
      { kind: SpanKind.CONSUMER, attributes: eventAttributes(partition, event, events.length) },
      parent,
    );
    spans.push(span);
    carriers.set(event.envelope.id, context.with(trace.setSpan(parent, span), inject));
  }
  if (old.length > 0) spans.push(startCatchUpSpan(partition, old));
  try {
    return await work(carriers);
  } catch (error) {
    for (const span of spans) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute(attribute.errorType, error instanceof Error ? error.name : typeof error);
    }
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** Counts the outcomes of a batch's messages. */
export function countBatch(
  events: readonly MirroredEvent[],
  counts: AppendCounts & { readonly unmirrored: number },
): void {
  for (const [outcome, count] of Object.entries(counts)) {
    if (count > 0) handled.add(count, { ...group, [attribute.consumerOutcome]: outcome });
  }
  const now = Date.now();
  for (const { envelope } of events) {
    const age = now - Date.parse(envelope.time);
    if (age < LIVE_MS) delay.record(age / 1000, group);
  }
}

/** Reports lag and refusals of every partition until the returned function is called. */
export function observePartitions(partitions: () => readonly PartitionStatus[]): () => void {
  const lag = meter.createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const lagTime = meter.createObservableGauge(metric.consumerLagTime.name, metric.consumerLagTime);
  const refused = meter.createObservableGauge(metric.consumerRefused.name, metric.consumerRefused);
  const report = (result: BatchObservableResult): void => {
    for (const { partition, state, lagMessages, lagSeconds } of partitions()) {
      const names = { ...group, [attribute.destinationPartition]: partition };
      result.observe(lag, lagMessages, names);
      result.observe(lagTime, lagSeconds, names);
      result.observe(refused, state === 'refused' ? 1 : 0, names);
    }
  };
  const observed = [lag, lagTime, refused];
  meter.addBatchObservableCallback(report, observed);
  return () => meter.removeBatchObservableCallback(report, observed);
}

function startCatchUpSpan(partition: string, events: readonly MirroredEvent[]): Span {
  const links = events.slice(0, MAX_LINKS).flatMap(({ envelope }) => {
    const linked = trace.getSpanContext(extract(envelope));
    return linked ? [{ context: linked }] : [];
  });
  return tracer(scope).startSpan(`mirror ${partition}`, {
    kind: SpanKind.CONSUMER,
    root: true,
    links,
    attributes: { ...batchAttributes(partition, events.length), [attribute.replay]: true },
  });
}

function batchAttributes(partition: string, size: number): Record<string, string | number> {
  return {
    ...group,
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationType]: operationType.process,
    [attribute.destinationName]: streamOfPartition(partition),
    [attribute.destinationPartition]: partition,
    [attribute.batchMessageCount]: size,
  };
}

function eventAttributes(
  partition: string,
  { offset, envelope }: MirroredEvent,
  size: number,
): Record<string, string | number> {
  return {
    ...batchAttributes(partition, size),
    [attribute.messagingOperationName]: 'process',
    [attribute.messageId]: envelope.id,
    [attribute.eventType]: envelope.type,
    [attribute.aggregateId]: envelope.partitionkey,
    [attribute.aggregateSequence]: envelope.sequence,
    [attribute.routingKey]: envelope.subject,
    [attribute.streamOffset]: offset.toString(),
  };
}
