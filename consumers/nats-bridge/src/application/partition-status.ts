/** The state of the mirroring of a partition. */
type MirrorState =
  /** Mirrors, or waits for something to mirror. */
  | 'running'
  /** Not yet connected to RabbitMQ and NATS. */
  | 'connecting'
  /** Something failed, perhaps only for a moment; the bridge retries. */
  | 'retrying'
  /** Continuing would lose or repeat events, so it waits until an operator has fixed the problem. */
  | 'refused'
  | 'stopped';

/** One partition of a mirrored stream, for health checks and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: MirrorState;
  /** The last offset that was processed, null before the first. */
  readonly offset: bigint | null;
  /** Offsets between that one and the last known end of the partition. */
  readonly lagMessages: number;
  /** Age of the oldest message that was received and is not mirrored. */
  readonly lagSeconds: number;
  readonly problem?: string;
}
