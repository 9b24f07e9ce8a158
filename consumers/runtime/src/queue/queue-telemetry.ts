import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { extract, withSpan } from '@gavel/observability/tracing';
import { metrics } from '@opentelemetry/api';
import type { DeliveredEvent } from '../application/judge-delivery.ts';
import { queueNames } from './domain/queue-names.ts';

/** Older events were delayed, or waited: their traces ended long ago and are linked to, not continued. */
const LIVE_MS = 5 * 60_000;
const scope = 'gavel.consumer';

const meter = metrics.getMeter(scope);
const handled = meter.createCounter(metric.consumerHandled.name, metric.consumerHandled);
const duration = meter.createHistogram(metric.consumerBatchDuration.name, metric.consumerBatchDuration);
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

/** Counts what became of a message. */
export function countMessage(consumer: string, outcome: QueueOutcome, startedAt: number): void {
  const group = { [attribute.consumerGroup]: consumer };
  handled.add(1, { ...group, [attribute.consumerOutcome]: outcome });
  duration.record((performance.now() - startedAt) / 1000, group);
}

/** Counts a failure after which the event is tried again, here or after a delay. */
export function countRetry(consumer: string, error: unknown): void {
  retries.add(1, {
    [attribute.consumerGroup]: consumer,
    [attribute.errorType]: error instanceof Error ? error.name : typeof error,
  });
}

/** How long an event took from its becoming a fact to its effect. */
export function recordDelay(consumer: string, time: string): void {
  const age = Date.now() - Date.parse(time);
  if (age < LIVE_MS) delay.record(age / 1000, { [attribute.consumerGroup]: consumer });
}
