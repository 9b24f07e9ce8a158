import { attribute, metric } from '@gavel/observability/attributes';
import { type Attributes, metrics, type ObservableResult } from '@opentelemetry/api';
import type { Backlog } from './backlog.ts';

/** What a relay counts. */
export interface RelayMetrics {
  published(createdAt: Date): void;
  failed(what: 'stream' | 'exchange' | 'term'): void;
  setAside(): void;
  /** The outbox was taken, from nobody or from another relay. */
  tookOver(): void;
}

/** Registers a relay's instruments. `look` is asked at each collection. */
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
  const delay = meter.createHistogram(metric.relayDelay.name, {
    unit: metric.relayDelay.unit,
    description: metric.relayDelay.description,
  });
  observe(metric.relayActive, () => (look().active ? 1 : 0));
  // Only the active relay speaks for the outbox; a standby's view would be counted twice.
  observe(metric.outboxBacklog, () => (look().active ? look().backlog?.events : undefined));
  observe(metric.outboxOldestAge, () => (look().active ? look().backlog?.oldestSeconds : undefined));
  observe(metric.outboxSetAside, () => (look().active ? look().backlog?.setAside : undefined));
  observe(metric.outboxLost, () => (look().active ? look().backlog?.lost.length : undefined));

  return {
    published(createdAt) {
      published.add(1, own);
      delay.record(Math.max(0, Date.now() - createdAt.getTime()) / 1000, own);
    },
    failed: (what) => failures.add(1, { ...own, [attribute.errorType]: what }),
    setAside: () => failures.add(1, { ...own, [attribute.errorType]: 'set_aside' }),
    tookOver: () => takeovers.add(1, own),
  };
}
