import { subjectMatches } from '@gavel/proto/subjects';
import { type BackOff, delayBefore, pause } from '@gavel/resilience';
import { classifyDelivery, type DeliveredEvent, toDeadLetter } from '../../application/classify-delivery.ts';
import { isCuredByWaiting, isPermanent } from '../../application/handle-events.ts';
import type { ConsumerDefinition } from '../../define-consumer.ts';
import type { QueueConsumerDefinition } from '../../define-queue-consumer.ts';
import { asConsumer } from '../../define-queue-consumer.ts';
import { countRetry, inEventSpan, recordDelay } from '../queue-telemetry.ts';
import type { QueuedDelivery, QueueLetter, QueueStore, Settlement } from './queued-delivery.ts';

const DEFAULT_ATTEMPTS = 5;
/**
 * A message whose consumer ended so often while it was in hand is taken for the reason. The broker's own limit lies
 * above it and would dead-letter the message without a row in `dead_letters`.
 */
const MAX_REDELIVERIES = 10;
/** So long a message is held, and the queue with it, while the database is away: a short outage moves no message. */
const HOLD_MS = 60_000;
const holdPace: BackOff = { firstMs: 100, maxMs: 5_000 };

export interface SettleOptions {
  readonly definition: QueueConsumerDefinition;
  readonly store: QueueStore;
  /** Aborted when the consumer stops: waits end, work in hand is finished. */
  readonly stopping: AbortSignal;
  /** Told each failure of the database while a delivery is held, and undefined when it answers. */
  readonly onOutage: (error: unknown) => void;
  readonly holdMs?: number;
}

/**
 * Brings one delivery to its end: applied in one transaction, passed over, parked with a letter, or to come again after
 * a delay. Never throws, whatever the message holds and whatever the handler does.
 */
export async function settleDelivery(options: SettleOptions, delivery: QueuedDelivery): Promise<Settlement> {
  const consumer = asConsumer(options.definition);
  const { headers, body } = delivery;
  const classified = classifyDelivery(consumer, {
    offset: 0n,
    storedAt: 0,
    content: { ok: true, headers, body },
  });
  if (classified.kind === 'skip') return { kind: 'done', outcome: 'passed' };
  if (classified.kind === 'park') return parkLetter(options, delivery, classified.deadLetter);
  const { event } = classified;
  // A binding that an earlier version of the consumer made stays until somebody removes it.
  const wanted = options.definition.subscriptions.some((s) => subjectMatches(s, event.envelope.subject));
  if (!wanted) return { kind: 'done', outcome: 'passed' };
  if (delivery.redeliveries >= MAX_REDELIVERIES) {
    const error = `its consumer ended ${delivery.redeliveries} times while it was in hand`;
    return parkLetter(options, delivery, toDeadLetter(event, 'handler_failed', error, delivery.attempts));
  }
  return tryEvent(options, consumer, delivery, event);
}

async function tryEvent(
  options: SettleOptions,
  consumer: ConsumerDefinition,
  delivery: QueuedDelivery,
  event: DeliveredEvent,
): Promise<Settlement> {
  const work = () => inEventSpan(consumer.name, event, () => options.store.apply(event));
  try {
    const outcome = await hold(options, delivery, work);
    if (outcome === 'handled') recordDelay(consumer.name, event.envelope.time);
    return { kind: 'done', outcome };
  } catch (error) {
    if (error instanceof Abandoned) return { kind: 'abandoned' };
    if (isCuredByWaiting(consumer, error)) return again(delivery, 0, error);
    const attempts = delivery.attempts + 1;
    const limit = options.definition.onFailure?.attempts ?? DEFAULT_ATTEMPTS;
    if (attempts < limit && !isPermanent(consumer, error)) return again(delivery, 1, error);
    return parkLetter(options, delivery, toDeadLetter(event, 'handler_failed', error, attempts));
  }
}

async function parkLetter(
  options: SettleOptions,
  delivery: QueuedDelivery,
  letter: QueueLetter,
): Promise<Settlement> {
  try {
    const outcome = await hold(options, delivery, () => options.store.park(letter));
    return outcome === 'parked' ? { kind: 'parked' } : { kind: 'done', outcome };
  } catch (error) {
    return error instanceof Abandoned ? { kind: 'abandoned' } : again(delivery, 0, error);
  }
}

function again(delivery: QueuedDelivery, failures: 0 | 1, because: unknown): Settlement {
  return { kind: 'again', attempts: delivery.attempts + failures, delays: delivery.delays + 1, because };
}

/** The delivery was lost, or the consumer stopped, while it waited. */
class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

// Holding is back-pressure: what is in hand is bounded by the prefetch, and the rest stays where it is.
async function hold<T>(options: SettleOptions, delivery: QueuedDelivery, work: () => Promise<T>): Promise<T> {
  const { definition, stopping, onOutage, holdMs = HOLD_MS } = options;
  const until = Date.now() + holdMs;
  for (let tries = 1; ; tries++) {
    if (delivery.lost.aborted) throw new Abandoned('the delivery was lost');
    try {
      const result = await work();
      onOutage(undefined);
      return result;
    } catch (error) {
      const declared = definition.onFailure?.isTransient?.(error) === true;
      if (declared || !isCuredByWaiting(asConsumer(definition), error) || Date.now() >= until) throw error;
      countRetry(definition.name, error);
      onOutage(error);
    }
    const signal = AbortSignal.any([stopping, delivery.lost]);
    await pause(delayBefore(tries, holdPace), signal);
    if (signal.aborted) throw new Abandoned('stopped while the database was away');
  }
}
