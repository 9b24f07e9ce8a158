import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassifiedBatch } from '../application/apply-batch.ts';
import type { PartitionStatus } from '../application/partition-status.ts';

const batch: ClassifiedBatch = {
  move: { consumer: 'user-stats', partition: 'gavel.bids-1', from: { offset: null, version: null }, to: 9n },
  unreadable: [],
  passed: 3,
  events: [],
};

describe('metrics of a consumer', () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });

  beforeAll(() => {
    metrics.setGlobalMeterProvider(provider);
  });
  afterAll(async () => {
    metrics.disable();
    await provider.shutdown();
  });

  const collected = async (): Promise<Record<string, unknown[]>> => {
    await provider.forceFlush();
    const all =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
    return Object.fromEntries(
      all.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value }) => value)]),
    );
  };

  it('report lag of read and refused partitions, refusals, dead letters, retries and rebalances', async () => {
    // Instruments belong to the provider that is registered when they are created.
    const { countBatch, countBatchRetry, countRebalance } = await import('./metrics.ts');
    const { observePartitions } = await import('./observe-status.ts');
    const partition = (state: PartitionStatus['state'], held: boolean, lag: number): PartitionStatus => ({
      partition: `gavel.bids-${lag}`,
      state,
      held,
      offset: 1n,
      lagMessages: lag,
      inMemory: 0,
      lagSeconds: lag / 10,
    });
    const stop = observePartitions(
      () => ({
        consumer: 'user-stats',
        partitions: [
          partition('running', true, 7),
          partition('standby', false, 8),
          partition('refused', false, 9),
        ],
      }),
      () => Promise.resolve(4),
    );
    countBatch(batch, { handled: 0, duplicate: 0, passed: 3, parked: 0 }, performance.now());
    countBatchRetry(batch, new TypeError('no'), performance.now());
    countRebalance('user-stats');

    expect(await collected()).toMatchObject({
      'gavel.consumer.lag': [7, 9],
      'gavel.consumer.lag.time': [0.7, 0.9],
      'gavel.consumer.refused': [0, 0, 1],
      'gavel.consumer.dead_letters': [4],
      'gavel.consumer.handled': [3],
      'gavel.consumer.retries': [1],
      'gavel.consumer.rebalances': [1],
      'gavel.consumer.batch.size': [{ sum: 3, count: 1 }],
      'messaging.process.duration': [{ count: 1 }, { count: 1 }],
    });
    stop();
  });
});
