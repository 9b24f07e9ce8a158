import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { metrics } from '@opentelemetry/api';
import type { BatchCounts, ClassifiedBatch } from '../application/apply-batch.ts';
import type { DeliveredEvent } from '../application/classify-delivery.ts';
import { isLive } from './spans.ts';

const meter = metrics.getMeter('gavel.consumer');
const handled = meter.createCounter(metric.consumerHandled.name, metric.consumerHandled);
const consumed = meter.createCounter(metric.consumedMessages.name, metric.consumedMessages);
const duration = meter.createHistogram(metric.processDuration.name, metric.processDuration);
const size = meter.createHistogram(metric.consumerBatchSize.name, metric.consumerBatchSize);
const retries = meter.createCounter(metric.consumerRetries.name, metric.consumerRetries);
const rebalances = meter.createCounter(metric.consumerRebalances.name, metric.consumerRebalances);
const delay = meter.createHistogram(metric.consumerDelay.name, metric.consumerDelay);
const sent = meter.createCounter(metric.sentMessages.name, metric.sentMessages);
const sending = meter.createHistogram(metric.operationDuration.name, metric.operationDuration);

/** The source of a consumer's messages: its queue, or a partition, which the broker treats as a separate stream. */
export type MessageOrigin =
  | { readonly consumer: string; readonly partition: string }
  | { readonly consumer: string; readonly queue: string };

/** Counts messages that the broker delivered, before their outcome is known. */
export function countReceived(origin: MessageOrigin, messages: number): void {
  consumed.add(messages, operationOn(origin, 'consume', operationType.receive));
}

/** Counts the outcomes of a committed batch. */
export function countBatch(
  { move, events, unreadable, passed }: ClassifiedBatch,
  counts: BatchCounts,
  startedAt: number,
): void {
  countOutcomes(move.consumer, counts);
  recordProcessing(move, startedAt);
  size.record(events.length + unreadable.length + passed, { [attribute.consumerGroup]: move.consumer });
  for (const event of events) recordDelay(move.consumer, event);
}

/** Counts a failed attempt of a batch. Another attempt follows. */
export function countBatchRetry({ move }: ClassifiedBatch, error: unknown, startedAt: number): void {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  countRetry(move.consumer, cause);
  recordProcessing(move, startedAt, cause);
}

/** Counts messages by outcome. */
export function countOutcomes(consumer: string, counts: Partial<BatchCounts>): void {
  for (const [outcome, count] of Object.entries(counts)) {
    if (count > 0) {
      handled.add(count, { [attribute.consumerGroup]: consumer, [attribute.consumerOutcome]: outcome });
    }
  }
}

/** Counts a failure after which the event or its batch is tried again. */
export function countRetry(consumer: string, error: unknown): void {
  retries.add(1, { [attribute.consumerGroup]: consumer, [attribute.errorType]: typeName(error) });
}

/** Records how long a batch or a message was worked on, and the error if it failed. */
export function recordProcessing(origin: MessageOrigin, startedAt: number, error?: unknown): void {
  duration.record((performance.now() - startedAt) / 1000, {
    ...operationOn(origin, 'process', operationType.process),
    ...(error !== undefined && { [attribute.errorType]: typeName(error) }),
  });
}

/** Records the time from the event to its effect. Replayed events are left out: they say nothing about the usual delay. */
export function recordDelay(consumer: string, event: DeliveredEvent): void {
  if (!isLive(event)) return;
  const age = (Date.now() - Date.parse(event.envelope.time)) / 1000;
  delay.record(age, { [attribute.consumerGroup]: consumer });
}

/** Counts a partition that the group gave to this member. */
export function countRebalance(consumer: string): void {
  rebalances.add(1, { [attribute.consumerGroup]: consumer });
}

/** Counts a message that was published to one of the consumer's own queues, once the broker has confirmed it. */
export function countSent(consumer: string, queue: string, startedAt: number): void {
  const attributes = operationOn({ consumer, queue }, 'publish', operationType.send);
  sent.add(1, attributes);
  sending.record((performance.now() - startedAt) / 1000, attributes);
}

function operationOn(origin: MessageOrigin, name: string, type: string): Record<string, string> {
  return {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationName]: name,
    [attribute.messagingOperationType]: type,
    ...('partition' in origin
      ? { [attribute.destinationName]: origin.partition, [attribute.destinationPartition]: origin.partition }
      : { [attribute.destinationName]: origin.queue }),
    [attribute.consumerGroup]: origin.consumer,
  };
}

function typeName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
