import { attribute, metric } from '@gavel/observability/attributes';
import { type BatchObservableResult, metrics } from '@opentelemetry/api';
import type { PartitionStatus } from '../application/partition-status.ts';
import type { QueueConsumerStatus } from '../queue/application/queue-reader.ts';

const meter = () => metrics.getMeter('gavel.consumer');

/** What is reported of one partition. */
type ReportedPartition = Pick<PartitionStatus, 'partition' | 'held' | 'lagMessages' | 'lagSeconds'> & {
  readonly state: string;
};

/**
 * Reports the status of a stream consumer at each collection of metrics: the lag of the partitions that this member reads
 * or refuses, which partitions are refused, and how many events are parked, for a consumer that parks events. Returns a
 * function that ends the reports.
 */
export function observePartitions(
  status: () => { readonly consumer: string; readonly partitions: readonly ReportedPartition[] },
  countParked?: () => Promise<number>,
): () => void {
  const lag = meter().createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const lagTime = meter().createObservableGauge(metric.consumerLagTime.name, metric.consumerLagTime);
  const refused = meter().createObservableGauge(metric.consumerRefused.name, metric.consumerRefused);
  const parked = meter().createObservableGauge(metric.consumerDeadLetters.name, metric.consumerDeadLetters);
  const report = async (result: BatchObservableResult): Promise<void> => {
    const { consumer, partitions } = status();
    for (const { partition, state, held, lagMessages, lagSeconds } of partitions) {
      const names = { [attribute.consumerGroup]: consumer, [attribute.destinationPartition]: partition };
      result.observe(refused, state === 'refused' ? 1 : 0, names);
      // Only the member that reads a partition knows its lag; the others would report an old value. Nobody reads a refused
      // partition, and its lag has to be seen.
      if (!held && state !== 'refused') continue;
      result.observe(lag, lagMessages, names);
      result.observe(lagTime, lagSeconds, names);
    }
    if (countParked === undefined) return;
    result.observe(parked, await countParked(), { [attribute.consumerGroup]: consumer });
  };
  const observed = [lag, lagTime, refused, parked];
  meter().addBatchObservableCallback(report, observed);
  return () => meter().removeBatchObservableCallback(report, observed);
}

/** Reports the lag of a queue consumer, while it is known, and how many events are parked. Returns a function that ends the reports. */
export function observeQueue(
  status: () => Pick<QueueConsumerStatus, 'consumer' | 'queue' | 'waiting' | 'inHand'> | undefined,
  countParked: () => Promise<number>,
): () => void {
  const lag = meter().createObservableGauge(metric.consumerLag.name, metric.consumerLag);
  const parked = meter().createObservableGauge(metric.consumerDeadLetters.name, metric.consumerDeadLetters);
  const report = async (result: BatchObservableResult): Promise<void> => {
    const known = status();
    if (known === undefined) return;
    const { consumer, queue, waiting, inHand } = known;
    const group = { [attribute.consumerGroup]: consumer };
    result.observe(lag, waiting + inHand, { ...group, [attribute.destinationName]: queue });
    result.observe(parked, await countParked(), group);
  };
  const observed = [lag, parked];
  meter().addBatchObservableCallback(report, observed);
  return () => meter().removeBatchObservableCallback(report, observed);
}
