import { attribute, metric } from '@gavel/observability/attributes';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import type { PartitionStatus } from './application/partition-status.ts';

/**
 * Reports where a consumer stands each time metrics are collected: lag of the partitions that are this member's or that it
 * refuses, which ones those are, and how much is parked. Returns how to end it.
 */
export function observeStatus(
  status: () => { readonly consumer: string; readonly partitions: readonly PartitionStatus[] },
  countParked: () => Promise<number>,
): () => void {
  const meter = metrics.getMeter('gavel.consumer');
  const lag = meter.createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const lagTime = meter.createObservableGauge(metric.consumerLagTime.name, metric.consumerLagTime);
  const refused = meter.createObservableGauge(metric.consumerRefused.name, metric.consumerRefused);
  const parked = meter.createObservableGauge(metric.consumerDeadLetters.name, metric.consumerDeadLetters);
  const report = async (result: BatchObservableResult): Promise<void> => {
    const { consumer, partitions } = status();
    for (const { partition, state, held, lagMessages, lagSeconds } of partitions) {
      const names = { [attribute.consumerGroup]: consumer, [attribute.destinationPartition]: partition };
      result.observe(refused, state === 'refused' ? 1 : 0, names);
      // The member that reads a partition knows its lag; the others would report what they once knew. One that is refused
      // is nobody's, and its lag is what has to be seen.
      if (!held && state !== 'refused') continue;
      result.observe(lag, lagMessages, names);
      result.observe(lagTime, lagSeconds, names);
    }
    result.observe(parked, await countParked(), { [attribute.consumerGroup]: consumer });
  };
  const observed = [lag, lagTime, refused, parked];
  meter.addBatchObservableCallback(report, observed);
  return () => meter.removeBatchObservableCallback(report, observed);
}
