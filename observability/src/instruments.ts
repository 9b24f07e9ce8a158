import { type Counter, type Histogram, metrics, type ObservableResult } from '@opentelemetry/api';
import { metric } from './attributes.ts';

type Metrics = typeof metric;
type MetricOfKind<K extends string> = {
  [Key in keyof Metrics]: Metrics[Key]['kind'] extends K ? Key : never;
}[keyof Metrics];

/** Sub-millisecond to ten seconds: a commit reaches its projection in milliseconds, an outage takes seconds. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A counter from the closed list; it counts nothing in a process that exports nothing. */
export function counter(key: MetricOfKind<'counter'>): Counter {
  const { name, unit, description } = metric[key];
  return metrics.getMeter('gavel').createCounter(name, { unit, description });
}

/** A histogram of seconds from the closed list. */
export function histogram(key: MetricOfKind<'histogram'>): Histogram {
  const { name, unit, description } = metric[key];
  const advice = { explicitBucketBoundaries: secondsBuckets };
  return metrics.getMeter('gavel').createHistogram(name, { unit, description, advice });
}

/** Asks `observe` for the gauge's value at each export. Returns what stops the asking. */
export function gauge(
  key: MetricOfKind<'gauge'>,
  observe: (result: ObservableResult) => void | Promise<void>,
): () => void {
  const { name, unit, description } = metric[key];
  const instrument = metrics.getMeter('gavel').createObservableGauge(name, { unit, description });
  instrument.addCallback(observe);
  return () => instrument.removeCallback(observe);
}
