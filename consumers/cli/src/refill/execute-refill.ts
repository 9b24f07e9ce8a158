import { userInfo } from 'node:os';
import { readOpenLosses } from '@gavel/outbox/losses';
import { refill } from '@gavel/outbox/refill';
import type { Pool } from '@gavel/postgres/pool';
import { CommandFailure } from '../command-failure.ts';
import { readStreamRetention } from '../config.ts';
import type { Session } from '../connections/session.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import type { Outbox } from '../outbox/outboxes.ts';
import { requireExtent } from '../streams/extent.ts';
import type { Progress } from '../terminal/output.ts';
import type { CommandContext } from '../terminal/run-command.ts';
import type { RefillStep } from './plan-refill.ts';
import { type FromStart, readFromStart } from './read-from-start.ts';

/** What was published, how long the refills took together, and what became of the groups that read the partitions. */
export interface Sent extends FromStart {
  readonly events: number;
  readonly seconds: number;
}

/**
 * Refills partitions one after the other, checks how many messages each one holds afterwards, and lets the groups read it from its
 * start. Throws `interrupted` after Ctrl-C, with the position that was reached.
 */
export async function executeRefill(
  { session, output, interrupted }: CommandContext,
  { name: outbox, database }: Outbox,
  steps: readonly RefillStep[],
  groups: readonly KnownGroup[],
  loseOlder: boolean,
): Promise<Sent> {
  const pool = session.pool(database);
  const streamRetention = readStreamRetention();
  const sent = { events: 0, seconds: 0 };
  const failed: FromStart['failed'][number][] = [];
  for (const { partition } of steps) {
    let progress: Progress | undefined;
    let reached = '';
    try {
      const refilled = await refill({
        outbox,
        pool,
        amqpUrl: session.url('AMQP_URL'),
        streamUrl: session.url('STREAM_URL'),
        partition,
        streamRetention,
        signal: interrupted,
        ...(loseOlder && { acceptLosses: userInfo().username }),
        onProgress: (position, lastPosition) => {
          progress ??= output.progress(`refilling ${partition}`, lastPosition);
          progress.update(position);
          reached = ` at position ${position} of ${lastPosition}`;
        },
      });
      sent.events += refilled.events;
      sent.seconds += refilled.seconds;
      await verify(session, partition, refilled.events);
      failed.push(...(await readFromStart(session, groups, partition)).failed);
    } catch (error) {
      if (!interrupted.aborted) throw error;
      throw await explainInterruption(pool, partition, reached, error);
    } finally {
      progress?.stop();
    }
  }
  const names = groups.map(({ name }) => name);
  return { ...sent, groups: names.filter((name) => failed.every(({ group }) => group !== name)), failed };
}

/** Says whether the partition was changed. A refill declares a partition lost before it changes it. */
async function explainInterruption(
  pool: Pool,
  partition: string,
  reached: string,
  cause: unknown,
): Promise<CommandFailure> {
  const open = (await readOpenLosses(pool)).some((loss) => loss.partition === partition && loss.byRefill);
  return new CommandFailure(
    'interrupted',
    open
      ? `interrupted${reached}: ${partition} is incomplete and counts as lost; the partitions after it are unchanged`
      : `interrupted: ${partition} and the partitions after it are unchanged`,
    open
      ? 'Run the same command again with --recreate to complete it.'
      : '`gavel refill` shows what is left to do.',
    cause,
  );
}

/** Counts the messages in the partition. The relay may already have published more. */
async function verify(session: Session, partition: string, events: number): Promise<void> {
  const { first, next } = await requireExtent(await session.inspector(), partition);
  if (next - first >= BigInt(events)) return;
  throw new CommandFailure(
    'failure',
    `${partition} holds ${next - first} messages instead of ${events}`,
    'Refill it again with --recreate.',
  );
}
