import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@gavel/observability/logger';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import type { PartitionStatus } from './bridge-status.ts';
import { type EventLog, LogRefused } from './event-log.ts';
import { type Mirror, MirrorRefused, type MirrorSession } from './mirror.ts';
import { PartitionMirror } from './partition-mirror.ts';

const log = createLogger('nats-bridge');
/** How often something that waiting does not cure is looked at again: somebody may have put it right. */
const REFUSED_MS = 15_000;

export interface StreamMirrorOptions {
  readonly stream: StreamName;
  readonly log: EventLog;
  readonly mirror: Mirror;
  /** Milliseconds before try `failures`, 1 being the first. */
  readonly delayBefore: (failures: number) => number;
}

/**
 * Mirrors one Gavel stream for as long as it is not stopped. It works in sessions: one connection to the mirror, whose
 * positions it reads first, and one subscription per partition. Whatever fails ends the session, and the next one begins
 * with what the mirror then holds; nothing that was in doubt is carried over. A partition that is refused leaves nothing in
 * doubt: it stands still by itself, and the others go on.
 */
export class StreamMirror {
  readonly #options: StreamMirrorOptions;
  readonly #partitions: readonly PartitionMirror[];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #problem: string | undefined;

  constructor(options: StreamMirrorOptions) {
    this.#options = options;
    this.#partitions = partitionsOf(options.stream).map(
      (partition) => new PartitionMirror(options.stream, partition, options.log),
    );
    this.#done = this.#run();
  }

  status(): PartitionStatus[] {
    return this.#partitions.map((partition) => {
      const status = partition.status();
      if (this.#problem === undefined || status.problem !== undefined) return status;
      return { ...status, problem: this.#problem };
    });
  }

  /** Finishes the batches in hand and leaves. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      const before = this.#progress();
      let pause = 0;
      try {
        await this.#session();
      } catch (error) {
        failures = this.#progress() === before ? failures + 1 : 1;
        pause = this.#fail(error, failures);
      }
      if (this.#stopping.signal.aborted) break;
      // Aborting is how a pause ends early; there is nothing else it can reject with.
      await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    for (const partition of this.#partitions) partition.note('stopped');
  }

  async #session(): Promise<void> {
    const session = await this.#options.mirror.open();
    this.#problem = undefined;
    const over = new AbortController();
    const stop = (): void => over.abort();
    this.#stopping.signal.addEventListener('abort', stop, { once: true });
    if (this.#stopping.signal.aborted) stop();
    const work = this.#partitions.map((partition) => this.#follow(partition, session, over.signal));
    try {
      await Promise.race([session.ended, Promise.all(work)]);
    } finally {
      this.#stopping.signal.removeEventListener('abort', stop);
      stop();
      // What was read is finished first, unless the connection is why the session ends: then this is quick.
      await Promise.allSettled(work);
      await session.close();
    }
  }

  async #follow(partition: PartitionMirror, session: MirrorSession, signal: AbortSignal): Promise<void> {
    for (let known = ''; !signal.aborted; ) {
      try {
        return await partition.follow(session, signal);
      } catch (error) {
        if (!(error instanceof LogRefused)) throw error;
        partition.note('refused', error.message);
        if (known !== error.message) {
          log.error({ partition: partition.name, err: error }, 'cannot be mirrored without loss');
        }
        known = error.message;
      }
      // Aborting is how a pause ends early; there is nothing else it can reject with.
      await sleep(REFUSED_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #fail(error: unknown, failures: number): number {
    const refused = error instanceof MirrorRefused;
    const problem = error instanceof Error ? error.message : String(error);
    const names = { stream: this.#options.stream, failures };
    // The first failure and then each tenfold number of them: a long outage fills no log.
    if (this.#problem !== problem || /^10*$/.test(String(failures))) {
      if (refused) log.error({ ...names, err: error }, 'cannot be mirrored without loss');
      else log.warn({ ...names, err: error }, problem);
    }
    this.#problem = problem;
    for (const partition of this.#partitions) {
      partition.note(refused ? 'refused' : 'retrying', problem);
    }
    return refused ? REFUSED_MS : this.#options.delayBefore(failures);
  }

  #progress(): string {
    return this.#partitions.map((partition) => partition.status().offset).join();
  }
}
