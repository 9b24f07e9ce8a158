import { type Attributes, metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

export interface CollectedMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly points: readonly CollectedPoint[];
}

export interface CollectedPoint {
  readonly attributes: Attributes;
  /** A number, or the sum, count and buckets of a histogram. */
  readonly value: unknown;
}

/** A meter provider in this process that exports its metrics on request. */
export interface MetricReader {
  /** Collects and exports once. Returns all metrics by name. */
  read(): Promise<ReadonlyMap<string, CollectedMetric>>;
  close(): Promise<void>;
}

/**
 * Becomes the meter provider of the process. An instrument belongs to the provider at the time of its creation, so import the modules that
 * create instruments afterwards.
 */
export function installMetricReader(): MetricReader {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  metrics.setGlobalMeterProvider(provider);
  return {
    async read() {
      exporter.reset();
      await provider.forceFlush();
      const all =
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return new Map(
        all.map(({ descriptor: { name, unit, description }, dataPoints }) => [
          name,
          {
            name,
            unit,
            description,
            points: dataPoints.map(({ attributes, value }) => ({ attributes, value })),
          },
        ]),
      );
    },
    async close() {
      metrics.disable();
      await provider.shutdown();
    },
  };
}
