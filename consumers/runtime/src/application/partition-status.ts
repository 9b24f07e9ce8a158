/** What a partition's reader is doing. */
export type PartitionState =
  /** Reading, or waiting for something to read. */
  | 'running'
  /** Another member of the group reads it; this one is ready to. */
  | 'standby'
  /** Somebody has paused it: nothing is committed until it is resumed. */
  | 'paused'
  /** On its way to the broker or the database. */
  | 'connecting'
  /** Something failed that waiting may cure; it goes on by itself. */
  | 'retrying'
  /** Its offset is no longer in the stream: events would be missed. Stands still until somebody sets the checkpoint. */
  | 'refused'
  | 'stopped';

/** The states in which nothing is wrong. */
export const SOUND_STATES: ReadonlySet<PartitionState> = new Set(['running', 'standby', 'paused']);

/** One partition of a running consumer, for health and for people. */
export interface PartitionStatus {
  readonly partition: string;
  readonly state: PartitionState;
  /** True while the partition is this instance's. */
  readonly held: boolean;
  /** Last offset committed, null before the first; while another member reads, the last that this one knew. */
  readonly offset: bigint | null;
  /** Offsets between the last one committed and the end of the partition, as far as it is known. */
  readonly lagMessages: number;
  /** Messages in memory: received, and their batch not committed. Bounded, however far behind the partition is. */
  readonly inMemory: number;
  /** Age of the oldest message received and not committed. */
  readonly lagSeconds: number;
  /** What is wrong, while something is. */
  readonly problem?: string;
}
