import type { Subscription } from '@gavel/rabbitmq/event-source';
import { describe, expect, it } from 'vitest';
import { PartitionProgress } from './partition-status.ts';

const subscription: Subscription = {
  take: () => Promise.resolve(undefined),
  newestOffset: undefined,
  oldestWaiting: undefined,
  waiting: 0,
  ended: new AbortController().signal,
  close: () => Promise.resolve(),
};
const at = (offset: bigint) => ({ offset, fingerprint: null, version: null });

/** A member that reads and has committed offset 4. */
function reading(): PartitionProgress {
  const progress = new PartitionProgress('gavel.bids-0');
  progress.subscription = subscription;
  progress.checkpoint = at(4n);
  return progress;
}

describe('watching a checkpoint', () => {
  it('finds that somebody has set it, forwards, backwards or to the start', () => {
    for (const stored of [9n, 1n, null]) expect(reading().watchCheckpoint()(stored)).toBe(true);
    expect(reading().watchCheckpoint()(4n)).toBe(false);
  });

  it('takes no commit of its own for a change by somebody else, whatever it overlaps', () => {
    const before = reading();
    const readBefore = before.watchCheckpoint();
    before.checkpoint = at(9n);
    expect(readBefore(4n)).toBe(false);

    const during = reading();
    const readDuring = during.watchCheckpoint();
    during.isApplying = true;
    expect(readDuring(9n)).toBe(false);
    during.isApplying = false;
    expect(during.watchCheckpoint()(9n)).toBe(true);
  });

  it('finds nothing while another member reads the partition, nor after this one has started again', () => {
    const standby = reading();
    standby.subscription = undefined;
    expect(standby.watchCheckpoint()(9n)).toBe(false);
    const again = reading();
    const wasSet = again.watchCheckpoint();
    again.subscription = { ...subscription };
    expect(wasSet(9n)).toBe(false);
  });
});
