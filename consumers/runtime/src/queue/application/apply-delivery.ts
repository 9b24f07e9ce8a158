import { subjectMatches } from '@gavel/proto/subjects';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { classifyDelivery, type DeliveredEvent, toDeadLetter } from '../../application/classify-delivery.ts';
import type { QueueDeadLetter } from '../../application/dead-letter.ts';
import { isPermanent, isTransient } from '../../application/isolate-failures.ts';
import type { ConsumerDefinition } from '../../define-consumer.ts';
import { asConsumer, type QueueConsumerDefinition } from '../../define-queue-consumer.ts';
import { countRetry, recordDelay } from '../../telemetry/metrics.ts';
import { inEventSpan } from '../../telemetry/spans.ts';
import { queueNames } from '../domain/queues.ts';
import type { DeliveryResult, QueuedDelivery, QueueStore } from './ports.ts';

const DEFAULT_ATTEMPTS = 5;
/**
 * A message whose consumer died this often before acknowledging it is parked as the likely cause. The broker's own limit is
 * higher and would dead-letter the message without a row in `dead_letters`.
 */
const MAX_REDELIVERIES = 10;
/** How long a message is held while the database is unavailable, so that a short outage delays no message. */
const HOLD_MS = 60_000;
const HOLD_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };

export interface ApplyDeliveryOptions {
  readonly definition: QueueConsumerDefinition;
  readonly store: QueueStore;
  /** Aborted when the consumer stops: waits end, running work is finished. */
  readonly stopping: AbortSignal;
  /** Called with each database error while a delivery is held, and with undefined when the database answers. */
  readonly onOutage: (error: unknown) => void;
  /** Default: 60,000 ms. */
  readonly holdMs?: number;
}

/**
 * Decodes, classifies and applies one delivery: it is handled in one transaction, skipped, parked as a dead letter, or
 * returned to the queue for a delayed retry. Never throws, whatever the message holds and whatever the handler does.
 */
export async function applyDelivery(
  options: ApplyDeliveryOptions,
  delivery: QueuedDelivery,
): Promise<DeliveryResult> {
  const consumer = asConsumer(options.definition);
  const { headers, body } = delivery;
  const content = { ok: true, headers, body } as const;
  const classified = classifyDelivery(consumer, { offset: 0n, storedAt: 0, content });
  if (classified.kind === 'skip') return { kind: 'done', outcome: 'passed' };
  if (classified.kind === 'park') return park(options, delivery, classified.deadLetter);
  const { event } = classified;
  // The binding of a subscription that the consumer no longer has stays until somebody removes it.
  const isWanted = options.definition.subscriptions.some((s) => subjectMatches(s, event.envelope.subject));
  if (!isWanted) return { kind: 'done', outcome: 'passed' };
  if (delivery.redeliveries >= MAX_REDELIVERIES) {
    const error = `its consumer ended ${delivery.redeliveries} times before acknowledging it`;
    return park(options, delivery, toDeadLetter(event, 'handler_failed', error, delivery.attempts));
  }
  return handle(options, consumer, delivery, event);
}

async function handle(
  options: ApplyDeliveryOptions,
  consumer: ConsumerDefinition,
  delivery: QueuedDelivery,
  event: DeliveredEvent,
): Promise<DeliveryResult> {
  const origin = { consumer: consumer.name, queue: queueNames(consumer.name).main };
  const work = () => inEventSpan(origin, event, () => options.store.apply(event));
  try {
    const outcome = await holdDuringOutage(options, delivery, work);
    if (outcome === 'handled') recordDelay(consumer.name, event);
    return { kind: 'done', outcome };
  } catch (error) {
    if (error instanceof Abandoned) return { kind: 'abandoned' };
    if (isTransient(consumer, error)) return retry(delivery, 0, error);
    const attempts = delivery.attempts + 1;
    const limit = options.definition.onFailure?.attempts ?? DEFAULT_ATTEMPTS;
    if (attempts < limit && !isPermanent(consumer, error)) return retry(delivery, 1, error);
    return park(options, delivery, toDeadLetter(event, 'handler_failed', error, attempts));
  }
}

async function park(
  options: ApplyDeliveryOptions,
  delivery: QueuedDelivery,
  deadLetter: QueueDeadLetter,
): Promise<DeliveryResult> {
  try {
    const outcome = await holdDuringOutage(options, delivery, () => options.store.park(deadLetter));
    return outcome === 'parked' ? { kind: 'parked' } : { kind: 'done', outcome };
  } catch (error) {
    return error instanceof Abandoned ? { kind: 'abandoned' } : retry(delivery, 0, error);
  }
}

function retry(delivery: QueuedDelivery, failures: 0 | 1, error: unknown): DeliveryResult {
  return { kind: 'retry', attempts: delivery.attempts + failures, delays: delivery.delays + 1, error };
}

/** While it was held, the delivery was lost or the consumer stopped. */
class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** Retries work while the database is unavailable. This is back-pressure: the prefetch limits how many messages are held. */
async function holdDuringOutage<T>(
  options: ApplyDeliveryOptions,
  delivery: QueuedDelivery,
  work: () => Promise<T>,
): Promise<T> {
  const { definition, stopping, onOutage, holdMs = HOLD_MS } = options;
  const until = Date.now() + holdMs;
  for (let tries = 1; ; tries++) {
    if (delivery.lost.aborted) throw new Abandoned('the delivery was lost');
    try {
      const result = await work();
      onOutage(undefined);
      return result;
    } catch (error) {
      // An error that only the policy calls transient is delayed at once: the database works.
      const isDeclared = definition.onFailure?.isTransient?.(error) === true;
      if (isDeclared || !isTransient(asConsumer(definition), error) || Date.now() >= until) throw error;
      countRetry(definition.name, error);
      onOutage(error);
    }
    const signal = AbortSignal.any([stopping, delivery.lost]);
    await pause(delayBefore(tries, HOLD_PACE), signal);
    if (signal.aborted) throw new Abandoned('stopped while the database was unavailable');
  }
}
