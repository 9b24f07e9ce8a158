/** What a partition's reader is doing. */
export type PartitionState =
  /** Reading, or waiting for something to read. */
  | 'running'
  /** On its way to the broker or the database. */
  | 'connecting'
  /** Something failed that waiting may cure; it goes on by itself. */
  | 'retrying'
  /** Its offset is no longer in the stream: events would be missed. Stands still until somebody sets the checkpoint. */
  | 'refused'
  | 'stopped';

/** One partition of a running consumer, for health and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: PartitionState;
  /** Last offset committed, null before the first. */
  readonly offset: bigint | null;
  /** Offsets between the last one committed and the end of the partition, as far as it is known. */
  readonly lagMessages: number;
  /** Age of the oldest message received and not committed. */
  readonly lagSeconds: number;
  /** What is wrong, while something is. */
  readonly problem?: string;
}
