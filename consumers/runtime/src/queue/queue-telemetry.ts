import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, withSpan } from '@gavel/observability/tracing';
import { metrics } from '@opentelemetry/api';
import type { DeliveredEvent } from '../application/classify-delivery.ts';
import { queueNames } from './domain/queues.ts';

/** Older events were delayed, or waited: their traces ended long ago and are linked to, not continued. */
const LIVE_MS = 5 * 60_000;
const scope = 'gavel.consumer';

const meter = metrics.getMeter(scope);
const handled = meter.createCounter(metric.consumerHandled.name, metric.consumerHandled);
const consumed = meter.createCounter(metric.consumedMessages.name, metric.consumedMessages);
const duration = meter.createHistogram(metric.processDuration.name, metric.processDuration);
const sent = meter.createCounter(metric.sentMessages.name, metric.sentMessages);
const sending = meter.createHistogram(metric.operationDuration.name, metric.operationDuration);
const retries = meter.createCounter(metric.consumerRetries.name, metric.consumerRetries);
const delay = meter.createHistogram(metric.consumerDelay.name, metric.consumerDelay);

/** What became of a message that was settled for good. */
export type QueueOutcome = 'handled' | 'duplicate' | 'passed' | 'parked';

/** Runs one event's transaction inside a consumer span of the event's own trace. */
export function inEventSpan<T>(consumer: string, event: DeliveredEvent, work: () => Promise<T>): Promise<T> {
  const { envelope } = event;
  const queue = queueNames(consumer).main;
  const live = Date.now() - Date.parse(envelope.time) < LIVE_MS;
  const attributes = {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationName]: 'process',
    [attribute.messagingOperationType]: operationType.process,
    [attribute.destinationName]: queue,
    [attribute.routingKey]: envelope.subject,
    [attribute.consumerGroup]: consumer,
    [attribute.messageId]: envelope.id,
    [attribute.eventType]: envelope.type,
    [attribute.aggregateId]: envelope.partitionkey,
    [attribute.aggregateSequence]: envelope.sequence,
    ...(!live && { [attribute.replay]: true }),
  };
  return withSpan(
    `process ${queue}`,
    {
      kind: 'consumer',
      scope,
      attributes,
      ...(live ? { parent: extract(envelope) } : { root: true, links: [envelope] }),
    },
    work,
  );
}

/** Counts a message that the queue delivered, whatever becomes of it. */
export function countDelivered(consumer: string): void {
  consumed.add(1, names(consumer, 'consume', operationType.receive));
}

/** Counts what became of a message. */
export function countMessage(consumer: string, outcome: QueueOutcome, startedAt: number): void {
  handled.add(1, { [attribute.consumerGroup]: consumer, [attribute.consumerOutcome]: outcome });
  recordProcessing(consumer, startedAt);
}

/** How long a message was worked on, that came to its end or is to come again because of an error. */
export function recordProcessing(consumer: string, startedAt: number, because?: unknown): void {
  duration.record((performance.now() - startedAt) / 1000, {
    ...names(consumer, 'process', operationType.process),
    ...(because !== undefined && { [attribute.errorType]: typeName(because) }),
  });
}

/** Counts a message that was sent to a queue of the consumer's own, once the broker has confirmed it. */
export function countSent(consumer: string, queue: string, startedAt: number): void {
  const attributes = {
    ...names(consumer, 'publish', operationType.send),
    [attribute.destinationName]: queue,
  };
  sent.add(1, attributes);
  sending.record((performance.now() - startedAt) / 1000, attributes);
}

/** Counts a failure after which the event is tried again, here or after a delay. */
export function countRetry(consumer: string, error: unknown): void {
  retries.add(1, {
    [attribute.consumerGroup]: consumer,
    [attribute.errorType]: typeName(error),
  });
}

/** How long an event took from its becoming a fact to its effect. */
export function recordDelay(consumer: string, time: string): void {
  const age = Date.now() - Date.parse(time);
  if (age < LIVE_MS) delay.record(age / 1000, { [attribute.consumerGroup]: consumer });
}

function names(consumer: string, name: string, type: string): Record<string, string> {
  return {
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationName]: name,
    [attribute.messagingOperationType]: type,
    [attribute.destinationName]: queueNames(consumer).main,
    [attribute.consumerGroup]: consumer,
  };
}

function typeName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
