import { createLogger } from '@gavel/observability/logger';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { type BackOff, delayBefore, pause, type Running } from '@gavel/resilience';
import { PartitionMirror } from './partition-mirror.ts';
import type { PartitionStatus } from './partition-status.ts';
import { type EventLog, LogRefused, type Mirror, MirrorRefused, type MirrorSession } from './ports.ts';

const log = createLogger('nats-bridge');
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };
/** How often a problem that needs an operator is checked again. */
const REFUSED_MS = 15_000;

export interface StreamMirrorOptions {
  readonly stream: StreamName;
  readonly log: EventLog;
  readonly mirror: Mirror;
}

export interface StreamMirror extends Running {
  status(): PartitionStatus[];
}

/**
 * Mirrors one Gavel stream until it is stopped. It works in sessions: one connection to the mirror, whose positions it reads
 * first, and one subscription per partition. Any failure ends the session, and the next one starts from what the mirror
 * holds then, so no uncertain state is kept. A refused partition leaves nothing uncertain: only that partition waits, and
 * the others continue. `stop` finishes the current batches.
 */
export function startStreamMirror(options: StreamMirrorOptions): StreamMirror {
  return new RunningMirror(options);
}

class RunningMirror implements StreamMirror {
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

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const before = this.#progress();
      try {
        await this.#runSession();
      } catch (error) {
        failures = this.#progress() === before ? failures + 1 : 1;
        this.#noteFailure(error, failures);
        const isRefused = error instanceof MirrorRefused;
        if (isRefused) await Promise.all(this.#partitions.map((partition) => partition.measureUnread()));
        await pause(isRefused ? REFUSED_MS : delayBefore(failures, RETRY_PACE), signal);
      }
    }
    for (const partition of this.#partitions) partition.setState('stopped');
  }

  async #runSession(): Promise<void> {
    const session = await this.#options.mirror.open();
    this.#problem = undefined;
    const ending = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, ending.signal]);
    const work = this.#partitions.map((partition) => this.#mirrorPartition(partition, session, signal));
    try {
      await Promise.race([session.ended, Promise.all(work)]);
    } finally {
      ending.abort();
      // The current batches are finished first. If the session ended with its connection, they fail at once.
      await Promise.allSettled(work);
      await session.close();
    }
  }

  /** Mirrors a partition, and tries again from time to time while it is refused. */
  async #mirrorPartition(
    partition: PartitionMirror,
    session: MirrorSession,
    signal: AbortSignal,
  ): Promise<void> {
    for (let known = ''; !signal.aborted; ) {
      try {
        return await partition.mirrorIn(session, signal);
      } catch (error) {
        if (!(error instanceof LogRefused)) throw error;
        partition.setState('refused', error.message);
        if (known !== error.message) {
          log.error({ partition: partition.name, err: error }, 'cannot be mirrored without loss');
        }
        known = error.message;
      }
      await partition.measureUnread();
      await pause(REFUSED_MS, signal);
    }
  }

  #noteFailure(error: unknown, failures: number): void {
    const isRefused = error instanceof MirrorRefused;
    const problem = error instanceof Error ? error.message : String(error);
    const names = { stream: this.#options.stream, failures };
    // New problems are logged, and failures 10, 100 and so on: a long outage must not fill the log.
    if (this.#problem !== problem || /^10*$/.test(String(failures))) {
      if (isRefused) log.error({ ...names, err: error }, 'cannot be mirrored without loss');
      else log.warn({ ...names, err: error }, problem);
    }
    this.#problem = problem;
    for (const partition of this.#partitions) partition.setState(isRefused ? 'refused' : 'retrying', problem);
  }

  #progress(): string {
    return this.#partitions.map((partition) => partition.status().offset).join();
  }
}
