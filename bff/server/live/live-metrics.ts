import 'server-only';
import { metric } from '@gavel/observability/attributes';
import { metrics } from '@opentelemetry/api';

/** What is measured of live updates. */
export interface LiveMetrics {
  /** Records that a change was written to the open pages of its item. `changedAt`: its own time, milliseconds since 1970. */
  recordDelay(changedAt: number): void;
}

/** Registers the instruments of live updates. `countViewers` returns the number of open streams at each collection. */
export function createLiveMetrics(countViewers: () => number): LiveMetrics {
  const meter = metrics.getMeter('gavel.bff');
  meter
    .createObservableGauge(metric.liveViewers.name, metric.liveViewers)
    .addCallback((result) => result.observe(countViewers()));
  const delay = meter.createHistogram(metric.liveDelay.name, metric.liveDelay);
  return {
    // The time is by the database's clock, which may be a little ahead of this one.
    recordDelay: (changedAt) => delay.record(Math.max(0, Date.now() - changedAt) / 1000),
  };
}
