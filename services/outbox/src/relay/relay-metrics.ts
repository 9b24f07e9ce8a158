import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import type { EventPublisher, PublisherEvents } from '@gavel/rabbitmq/event-publisher';
import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import type { Backlog } from './backlog.ts';

/** The counters of a relay. */
export interface RelayMetrics {
  /** Stream and exchange have confirmed an event that was appended at this time. */
  published(createdAt: Date): void;
  /** A message was confirmed, this many seconds after it was handed to the publisher. */
  sent(to: 'stream' | 'exchange', seconds: number): void;
  failed(what: 'stream' | 'exchange' | 'term'): void;
  setAside(): void;
  /** This relay took the outbox. */
  tookOver(): void;
}

/**
 * Registers a relay's instruments. `look` returns the values at each collection.
 *
 * Only one relay may report the backlog of an outbox: the sum would count it twice if a standby did so too. Between two
 * terms the last active relay still reports it, because the backlog matters most while the broker is unavailable.
 */
export function createRelayMetrics(
  outbox: string,
  look: () => { active: boolean; backlog: Backlog | undefined },
): RelayMetrics {
  const meter = metrics.getMeter('gavel.relay');
  const own: Attributes = { [attribute.outbox]: outbox };
  const counter = (of: (typeof metric)[keyof typeof metric]) =>
    meter.createCounter(of.name, { unit: of.unit, description: of.description });
  const observe = (of: (typeof metric)[keyof typeof metric], value: () => number | undefined) =>
    meter
      .createObservableGauge(of.name, { unit: of.unit, description: of.description })
      .addCallback((result: ObservableResult) => {
        const seen = value();
        if (seen !== undefined) result.observe(seen, own);
      });

  const published = counter(metric.relayPublished);
  const failures = counter(metric.relayFailures);
  const takeovers = counter(metric.relayTakeovers);
  const sent = counter(metric.sentMessages);
  const sending = meter.createHistogram(metric.operationDuration.name, metric.operationDuration);
  const sendingTo = (destination: string): Attributes => ({
    ...own,
    [attribute.messagingSystem]: rabbitmq,
    [attribute.messagingOperationName]: 'publish',
    [attribute.messagingOperationType]: operationType.send,
    [attribute.destinationName]: destination,
  });
  const destinations = { stream: sendingTo(`gavel.${outbox}`), exchange: sendingTo(EVENTS_EXCHANGE) };
  const delay = meter.createHistogram(metric.relayDelay.name, {
    unit: metric.relayDelay.unit,
    description: metric.relayDelay.description,
  });
  observe(metric.relayActive, () => (look().active ? 1 : 0));
  observe(metric.outboxBacklog, () => look().backlog?.events);
  observe(metric.outboxOldestAge, () => look().backlog?.oldestSeconds);
  observe(metric.outboxSetAside, () => look().backlog?.setAside);
  observe(metric.outboxLost, () => look().backlog?.lost.length);

  return {
    published(createdAt) {
      published.add(1, own);
      delay.record(Math.max(0, Date.now() - createdAt.getTime()) / 1000, own);
    },
    sent(to, seconds) {
      sent.add(1, destinations[to]);
      sending.record(seconds, destinations[to]);
    },
    failed: (what) => failures.add(1, { ...own, [attribute.errorType]: what }),
    setAside: () => failures.add(1, { ...own, [attribute.errorType]: 'set_aside' }),
    tookOver: () => takeovers.add(1, own),
  };
}

/**
 * Creates publishers that report for each confirmed message how many seconds after `publish` the confirm arrived. Time for
 * reconnecting and sending again is included.
 */
export function metered(
  create: (events: PublisherEvents) => EventPublisher,
  onSent: (seconds: number) => void,
): (events: PublisherEvents) => EventPublisher {
  return (events) => {
    const publishedAt = new Map<number, number>();
    const publisher = create({
      ...events,
      onConfirmed(position) {
        const at = publishedAt.get(position);
        publishedAt.delete(position);
        if (at !== undefined) onSent((performance.now() - at) / 1000);
        events.onConfirmed(position);
      },
      onRefused(position, error) {
        publishedAt.delete(position);
        events.onRefused(position, error);
      },
    });
    return {
      publish(messages) {
        const now = performance.now();
        for (const { position } of messages) publishedAt.set(position, now);
        publisher.publish(messages);
      },
      close: () => publisher.close(),
      get status() {
        return publisher.status;
      },
    };
  };
}
