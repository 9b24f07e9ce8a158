import { type Running, startLoop } from '@gavel/resilience';

const HEARTBEAT_MS = 2_000;

/** The records about a group in its database; the broker keeps its own. */
export interface MembershipStore {
  writeHeartbeat(): Promise<void>;
  /** Which partitions are paused. */
  readPauses(): Promise<(partition: string) => boolean>;
  /** The last offset that the group has committed in each partition; null before the first. */
  readOffsets(): Promise<ReadonlyMap<string, bigint | null>>;
  forgetMember(): Promise<void>;
}

/** The part of a member that follows what others decide about its group. */
export interface Follower {
  setPauses(isPaused: (partition: string) => boolean): void;
  /**
   * Called before the checkpoints are read. The result is called with what was read, and starts to read again where somebody
   * has set a checkpoint.
   */
  watchCheckpoints(): (stored: ReadonlyMap<string, bigint | null>) => void;
}

export interface Membership extends Running {
  /** Reads the pauses now instead of with the next heartbeat. Throws when the database does not answer. */
  readPauses(): Promise<void>;
}

/** Every two seconds: reads the group's pauses and checkpoints, and writes this member's heartbeat. */
export function startMembership(store: MembershipStore, follower: Follower): Membership {
  const readPauses = async (): Promise<void> => follower.setPauses(await store.readPauses());
  const beat = async (): Promise<number> => {
    // The pauses are read after the checkpoints and known before these are compared: a checkpoint that was set during a
    // pause is not read on from before the pause is known.
    const compare = follower.watchCheckpoints();
    const stored = await store.readOffsets();
    await readPauses();
    compare(stored);
    await store.writeHeartbeat();
    return HEARTBEAT_MS;
  };
  const loop = startLoop('consumer-heartbeat', beat, { firstMs: HEARTBEAT_MS, maxMs: HEARTBEAT_MS });
  return {
    readPauses,
    async stop() {
      await loop.stop();
      // While the database is unavailable the record stays, and counts as a member for ten seconds more.
      await store.forgetMember().catch(() => undefined);
    },
  };
}
