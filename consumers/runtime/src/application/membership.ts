import { type Running, startLoop } from '@gavel/resilience';

const HEARTBEAT_MS = 2_000;

/** The records about a group in its database; the broker keeps its own. */
export interface MembershipStore {
  writeHeartbeat(): Promise<void>;
  /** Which partitions are paused. */
  readPauses(): Promise<(partition: string) => boolean>;
  forgetMember(): Promise<void>;
}

export interface Membership extends Running {
  /** Reads the pauses now instead of with the next heartbeat. Throws when the database does not answer. */
  readPauses(): Promise<void>;
}

/**
 * Writes this member's heartbeat and reads the group's pauses every two seconds.
 * @param onPauses called after each successful read
 */
export function startMembership(
  store: MembershipStore,
  onPauses: (isPaused: (partition: string) => boolean) => void,
): Membership {
  const readPauses = async (): Promise<void> => onPauses(await store.readPauses());
  const beat = async (): Promise<number> => {
    await readPauses();
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
