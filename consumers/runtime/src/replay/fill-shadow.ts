import type { EventSource } from '@gavel/rabbitmq/event-source';
import { createStreamSource } from '@gavel/rabbitmq/stream-source';
import type { ConsumerDefinition } from '../define-consumer.ts';
import { replayPartition } from './replay-partition.ts';
import { createShadowPool } from './shadow-schema.ts';

export interface FillShadowOptions {
  readonly definition: ConsumerDefinition;
  readonly databaseUrl: string;
  readonly streamUrl: string;
  /** Last offset to apply, per partition. Other partitions are not read. */
  readonly ends: ReadonlyMap<string, bigint>;
  /** Opens a log with more history than the stream, which the fill closes; default: the stream at `streamUrl`. */
  readonly openSource?: () => EventSource;
  /** Called with the last offset applied in a partition, once per transaction. */
  readonly onApplied?: (partition: string, offset: bigint) => void;
  /** Ends the fill between two batches. What was applied stays, and another fill continues from there. */
  readonly signal?: AbortSignal;
}

/**
 * Applies events to a shadow, from its checkpoints up to `ends`, all partitions at once, with the consumer's own handler,
 * failure policy and transaction. Throws when retention has removed the next event, or broker or database stay unavailable.
 */
export async function fillShadow(options: FillShadowOptions): Promise<void> {
  const { definition, ends } = options;
  const pool = createShadowPool(options.databaseUrl, definition, Math.max(ends.size, 1));
  const source = options.openSource?.() ?? createStreamSource(options.streamUrl, `replay ${definition.name}`);
  // A partition that fails ends the others between two of their batches.
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  try {
    const parts = [...ends].map(([partition, end]) =>
      replayPartition({
        definition,
        partition,
        end,
        source,
        pool,
        onApplied: (offset) => options.onApplied?.(partition, offset),
        signal,
      }).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    );
    for (const result of await Promise.allSettled(parts)) {
      if (result.status === 'rejected') throw result.reason;
    }
  } finally {
    await source.close();
    await pool.end();
  }
}
