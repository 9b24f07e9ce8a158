/** What a partition's mirroring is doing. */
type MirrorState =
  /** Mirroring, or waiting for something to mirror. */
  | 'running'
  /** On its way to RabbitMQ or NATS. */
  | 'connecting'
  /** Something failed that waiting may cure; it goes on by itself. */
  | 'retrying'
  /** Events would be missed or repeated: stands still until somebody has put it right. */
  | 'refused'
  | 'stopped';

/** One partition of a mirrored stream, for health and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: MirrorState;
  /** Last offset taken into account, null before the first. */
  readonly offset: bigint | null;
  /** Offsets between that one and the end of the partition, as far as it is known. */
  readonly lagMessages: number;
  /** Age of the oldest message received and not mirrored. */
  readonly lagSeconds: number;
  readonly problem?: string;
}
