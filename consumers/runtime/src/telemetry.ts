import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, tracer } from '@gavel/observability/tracing';
import { context, type Link, metrics, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { BatchCounts, ClassifiedBatch } from './application/apply-batch.ts';
import type { DeliveredEvent } from './application/classify-delivery.ts';

/** Events older than this are being replayed: their traces ended long ago and are linked to, not continued. */
const LIVE_MS = 5 * 60_000;
/** A replayed batch links to this many of its events; the rest is found by offset. */
const MAX_LINKS = 16;
const scope = 'gavel.consumer';

const meter = metrics.getMeter(scope);
const handled = meter.createCounter(metric.consumerHandled.name, metric.consumerHandled);
const consumed = meter.createCounter(metric.consumedMessages.name, metric.consumedMessages);
const duration = meter.createHistogram(metric.processDuration.name, metric.processDuration);
const size = meter.createHistogram(metric.consumerBatchSize.name, metric.consumerBatchSize);
const retries = meter.createCounter(metric.consumerRetries.name, metric.consumerRetries);
const rebalances = meter.createCounter(metric.consumerRebalances.name, metric.consumerRebalances);
const delay = meter.createHistogram(metric.consumerDelay.name, metric.consumerDelay);

/**
 * Runs one batch's transaction inside its spans. Each live event gets a consumer span in its own trace, and in it a
 * span of the transaction; that of the first event is active while `work` runs, so what the transaction does nests
 * there. A replayed batch gets one span of its own that links to its events' traces.
 */
export async function inBatchSpans<T>(batch: ClassifiedBatch, work: () => Promise<T>): Promise<T> {
  const spans = startSpans(batch);
  const active = spans.at(-1);
  try {
    return await (active ? context.with(trace.setSpan(context.active(), active), work) : work());
  } catch (error) {
    for (const span of spans) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute(attribute.errorType, error instanceof Error ? error.name : typeof error);
    }
    if (active) active.recordException(error instanceof Error ? error : String(error));
    throw error;
  } finally {
    // Transactions end before the consumer spans that hold them.
    for (const span of spans.reverse()) span.end();
  }
}

/** Counts messages that came from the log, whatever becomes of them. */
export function countConsumed(consumer: string, partition: string, messages: number): void {
  consumed.add(messages, {
    ...names(consumer, partition),
    [attribute.messagingOperationName]: 'consume',
    [attribute.messagingOperationType]: operationType.receive,
  });
}

/** Counts what became of a batch, once it is committed. */
export function countBatch(batch: ClassifiedBatch, counts: BatchCounts, startedAt: number): void {
  const group = { [attribute.consumerGroup]: batch.move.consumer };
  for (const [outcome, count] of Object.entries(counts) as [keyof BatchCounts, number][]) {
    if (count > 0) handled.add(count, { ...group, [attribute.consumerOutcome]: outcome });
  }
  duration.record((performance.now() - startedAt) / 1000, processing(batch));
  size.record(batch.events.length + batch.unreadable.length + batch.passed, group);
  const now = Date.now();
  for (const { envelope } of batch.events) {
    const age = now - Date.parse(envelope.time);
    // A replay says nothing of how fast events arrive, and would drown those that do.
    if (age < LIVE_MS) delay.record(age / 1000, group);
  }
}

/** Counts a try of a batch that failed; another one follows. */
export function countRetry(batch: ClassifiedBatch, error: unknown, startedAt: number): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const failed = { [attribute.errorType]: cause instanceof Error ? cause.name : typeof cause };
  retries.add(1, { [attribute.consumerGroup]: batch.move.consumer, ...failed });
  duration.record((performance.now() - startedAt) / 1000, { ...processing(batch), ...failed });
}

/** Counts a partition that fell to this member of its group. */
export function countRebalance(consumer: string): void {
  rebalances.add(1, { [attribute.consumerGroup]: consumer });
}

function processing({ move }: ClassifiedBatch): Record<string, string> {
  return {
    ...names(move.consumer, move.partition),
    [attribute.messagingOperationName]: 'process',
    [attribute.messagingOperationType]: operationType.process,
  };
}

// A partition is a stream of its own to the broker.
function names(consumer: string, partition: string): Record<string, string> {
  return {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.destinationName]: partition,
    [attribute.destinationPartition]: partition,
    [attribute.consumerGroup]: consumer,
  };
}

// Ordered so that the first event's transaction is last, and every transaction is after its consumer span.
function startSpans(batch: ClassifiedBatch): Span[] {
  const now = Date.now();
  const traced = batch.events.filter((event) => event.envelope.traceparent !== undefined);
  const live = traced.filter((event) => now - Date.parse(event.envelope.time) < LIVE_MS);
  if (live.length === 0) return traced.length === 0 ? [] : [replaySpan(batch, traced)];
  const spans: Span[] = [];
  for (const event of live.reverse()) {
    const span = tracer(scope).startSpan(
      `process ${batch.move.partition}`,
      { kind: SpanKind.CONSUMER, attributes: eventAttributes(batch, event) },
      extract(event.envelope),
    );
    spans.push(span);
    if (!span.isRecording() && spans.length > 1) continue;
    spans.push(
      tracer(scope).startSpan(
        `apply ${batch.move.consumer}`,
        { attributes: batchAttributes(batch) },
        trace.setSpan(extract(event.envelope), span),
      ),
    );
  }
  return spans;
}

function replaySpan(batch: ClassifiedBatch, events: readonly DeliveredEvent[]): Span {
  const links = events.slice(0, MAX_LINKS).flatMap((event): Link[] => {
    const linked = trace.getSpanContext(extract(event.envelope));
    return linked ? [{ context: linked }] : [];
  });
  return tracer(scope).startSpan(`apply ${batch.move.consumer}`, {
    kind: SpanKind.CONSUMER,
    root: true,
    links,
    attributes: { ...batchAttributes(batch), [attribute.replay]: true },
  });
}

function batchAttributes(batch: ClassifiedBatch): Record<string, string | number> {
  return {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationType]: operationType.process,
    [attribute.destinationName]: batch.move.partition,
    [attribute.consumerGroup]: batch.move.consumer,
    [attribute.batchMessageCount]: batch.events.length,
    [attribute.streamOffset]: batch.move.to.toString(),
  };
}

function eventAttributes(batch: ClassifiedBatch, event: DeliveredEvent): Record<string, string | number> {
  return {
    ...batchAttributes(batch),
    [attribute.messagingOperationName]: 'process',
    [attribute.messageId]: event.envelope.id,
    [attribute.eventType]: event.envelope.type,
    [attribute.aggregateId]: event.envelope.partitionkey,
    [attribute.aggregateSequence]: event.envelope.sequence,
    [attribute.routingKey]: event.envelope.subject,
    [attribute.streamOffset]: event.offset.toString(),
  };
}
