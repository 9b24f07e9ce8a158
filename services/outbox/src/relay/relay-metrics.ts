import { attribute, metric, operationType, rabbitmq } from '@gavel/observability/attributes';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import type { Backlog } from './backlog.ts';

/** What a relay counts. */
export interface RelayMetrics {
  published(createdAt: Date): void;
  /** A message was sent, and confirmed so many seconds after it was handed to the publisher. */
  sent(to: 'stream' | 'exchange', seconds: number): void;
  failed(what: 'stream' | 'exchange' | 'term'): void;
  setAside(): void;
  /** The outbox was taken, from nobody or from another relay. */
  tookOver(): void;
}

/** Registers a relay's instruments. `look` is asked at each collection. */
export function createRelayMetrics(
  outbox: string,
  look: () => { active: boolean; speaks: boolean; backlog: Backlog | undefined },
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
  // Only one relay speaks for the outbox; a standby's view would be counted twice. It goes on while the broker is away,
  // which ends every term: that is when the backlog has to be seen.
  observe(metric.outboxBacklog, () => (look().speaks ? look().backlog?.events : undefined));
  observe(metric.outboxOldestAge, () => (look().speaks ? look().backlog?.oldestSeconds : undefined));
  observe(metric.outboxSetAside, () => (look().speaks ? look().backlog?.setAside : undefined));
  observe(metric.outboxLost, () => (look().speaks ? look().backlog?.lost.length : undefined));

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
