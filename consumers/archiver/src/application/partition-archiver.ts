import { createLogger } from '@gavel/observability/logger';
import type { StreamName } from '@gavel/proto/topology';
import { type BackOff, delayBefore, pause, type Running } from '@gavel/resilience';
import { PartitionProgress, type PartitionStatus } from './partition-status.ts';
import {
  type Archive,
  type ArchiveEnd,
  type EventLog,
  type LogMessage,
  LogRefused,
  type ReadFrom,
  type Reading,
  type SegmentDraft,
} from './ports.ts';

const log = createLogger('archiver');

/** Delays between attempts to reach the broker or the store. */
const RETRY_PACE: BackOff = { firstMs: 100, maxMs: 5_000 };
/** Longer than any step of connecting takes to fail. A failure after this much time of work counts as the first again. */
const STABLE_MS = 20_000;
const BATCH_LIMIT = 1_000;
/**
 * How long a stream may end before the archive until it counts as recreated: after a failover a broker can answer from a
 * replica that is still catching up.
 */
const GRACE_MS = 30_000;

/** A segment is stored as soon as it reaches one of these. */
export interface SegmentLimits {
  readonly messages: number;
  /** Uncompressed. */
  readonly bytes: number;
  /** Time since its first message was taken. */
  readonly ms: number;
}

export interface PartitionArchiverOptions {
  readonly stream: StreamName;
  readonly partition: string;
  readonly log: EventLog;
  readonly archive: Archive;
  readonly limits: SegmentLimits;
  /** Default: 30 s. */
  readonly graceMs?: number;
}

export interface PartitionArchiver extends Running {
  status(): PartitionStatus;
  /** Measures how far retention is behind the archive. Without an answer of the broker the last value stays. */
  measureRetention(): Promise<void>;
}

/**
 * Copies one partition into the archive, from the archive's end on, while this process is the active one of its group. There
 * is no checkpoint beside the archive: a segment that is stored is archived, and everything after it is read again after a
 * failure. `stop` drops the segment that is being filled.
 */
export function startPartitionArchiver(options: PartitionArchiverOptions): PartitionArchiver {
  return new Archiver(options);
}

/** The message at the archive's last offset is another one than the archived one. */
class Recreated extends Error {
  override readonly name = 'Recreated';
}

class Archiver implements PartitionArchiver {
  readonly #options: PartitionArchiverOptions;
  readonly #progress: PartitionProgress;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #end: ArchiveEnd | undefined;
  /** The stream is not, or no longer completely, the one that was archived: its first message begins a new generation. */
  #startsOver = false;
  /** The last offset of an archive whose message retention has removed: it cannot be compared. */
  #unverifiable: bigint | undefined;
  #shorterSince: number | undefined;

  constructor(options: PartitionArchiverOptions) {
    this.#options = options;
    this.#progress = new PartitionProgress(options.partition);
    this.#done = this.#run();
  }

  status(): PartitionStatus {
    return this.#progress.status();
  }

  async measureRetention(): Promise<void> {
    this.#progress.streamOldest = await this.#options.log.oldestStoredAt(this.#options.partition);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#progress.reading?.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = Date.now();
      try {
        await this.#archiveAsMember();
      } catch (error) {
        if (this.#mustReadElsewhere(error)) continue;
        failures = Date.now() - startedAt > STABLE_MS ? 1 : failures + 1;
        this.#noteFailure(error, failures);
        await pause(delayBefore(failures, RETRY_PACE), signal);
      }
    }
    this.#progress.state = 'stopped';
  }

  async #archiveAsMember(): Promise<void> {
    const { stream, partition } = this.#options;
    const member = await this.#options.log.join(stream, partition);
    try {
      while (!this.#stopping.signal.aborted) {
        this.#progress.state = 'standby';
        this.#progress.problem = undefined;
        const reading = await member.whenActive(() => this.#startPosition(), this.#stopping.signal);
        if (reading === undefined) return;
        await this.#archiveAll(reading);
      }
    } finally {
      await member.close();
    }
  }

  async #startPosition(): Promise<ReadFrom> {
    this.#setEnd(await this.#options.archive.end(this.#options.partition));
    if (this.#end === undefined || this.#startsOver) return 'first';
    const { last } = this.#end;
    return last === this.#unverifiable ? { after: last } : { at: last };
  }

  async #archiveAll(reading: Reading): Promise<void> {
    const progress = this.#progress;
    progress.reading = reading;
    try {
      if (this.#stopping.signal.aborted) return;
      await this.#verifyEnd(reading);
      progress.state = 'running';
      log.info({ partition: this.#options.partition, after: this.#end?.last }, 'archiving');
      await this.#fillSegments(reading);
    } finally {
      progress.draft = undefined;
      progress.reading = undefined;
      await reading.close();
    }
  }

  /** Throws `Recreated` unless the message that was archived last is still at its offset. */
  async #verifyEnd(reading: Reading): Promise<void> {
    const end = this.#end;
    if (end !== undefined && !this.#startsOver && end.last !== this.#unverifiable) {
      const [first] = (await reading.take(1)) ?? [];
      // A subscription that ended says nothing about the message.
      if (first === undefined) return;
      if (first.offset !== end.last || first.fingerprint !== end.fingerprint) {
        throw new Recreated(
          `offset ${end.last} holds another message than the archive: the stream was recreated`,
        );
      }
    }
    this.#shorterSince = undefined;
  }

  async #fillSegments(reading: Reading): Promise<void> {
    let draft: SegmentDraft | undefined;
    let due = 0;
    let next = reading.take(BATCH_LIMIT);
    for (;;) {
      // While a segment is stored nobody waits for `next`; its error is thrown when it is awaited.
      next.catch(() => undefined);
      const taken = await this.#takeUntil(next, draft === undefined ? undefined : due).catch(
        async (error: unknown) => {
          // Retention has passed this reader, so these messages cannot be read again.
          if (draft !== undefined && error instanceof LogRefused) await this.#store(draft);
          throw error;
        },
      );
      if (this.#stopping.signal.aborted) return;
      if (taken !== 'due') {
        if (taken === undefined) return;
        next = reading.take(BATCH_LIMIT);
        for (const message of taken) {
          if (draft === undefined) {
            draft = this.#beginSegment(message);
            due = Date.now() + this.#options.limits.ms;
          }
          draft.add(message);
          if (this.#isFull(draft)) draft = await this.#store(draft);
        }
      }
      if (draft !== undefined && Date.now() >= due) draft = await this.#store(draft);
      this.#progress.draft = draft;
    }
  }

  /** The next messages, or `due` at that time. */
  async #takeUntil(
    next: Promise<readonly LogMessage[] | undefined>,
    due: number | undefined,
  ): Promise<readonly LogMessage[] | undefined | 'due'> {
    if (due === undefined) return next;
    const arrived = new AbortController();
    const signal = AbortSignal.any([arrived.signal, this.#stopping.signal]);
    try {
      return await Promise.race([next, pause(due - Date.now(), signal).then(() => 'due' as const)]);
    } finally {
      arrived.abort();
    }
  }

  /** A segment continues its generation without a gap; offsets between two messages are the broker's own records. */
  #beginSegment({ offset, storedAt }: LogMessage): SegmentDraft {
    const { archive, partition } = this.#options;
    const end = this.#end;
    if (end !== undefined && !this.#startsOver)
      return archive.draft(partition, end.generation, end.last + 1n);
    // The clock of a broker may be behind that of another one. Generations are in order nevertheless.
    const isLater = end === undefined || storedAt >= end.generation;
    return archive.draft(partition, isLater ? storedAt : end.generation + 1, offset);
  }

  #isFull({ messages, bytes }: SegmentDraft): boolean {
    const { limits } = this.#options;
    return messages >= limits.messages || bytes >= limits.bytes;
  }

  async #store(draft: SegmentDraft): Promise<undefined> {
    this.#progress.draft = draft;
    this.#setEnd(await draft.store());
    this.#startsOver = false;
    this.#progress.draft = undefined;
    this.#progress.problem = undefined;
  }

  #setEnd(end: ArchiveEnd | undefined): void {
    this.#end = end;
    this.#progress.end = end;
  }

  /** True when reading has to start somewhere else, because the stream does not continue the archive. */
  #mustReadElsewhere(error: unknown): boolean {
    const { partition } = this.#options;
    if (!(error instanceof LogRefused)) this.#shorterSince = undefined;
    if (this.#end === undefined || this.#stopping.signal.aborted) return false;
    if (error instanceof LogRefused && error.refusal.reason === 'removed') {
      if (error.refusal.first === this.#end.last + 1n) {
        // Only the message that is archived already is gone.
        this.#unverifiable = this.#end.last;
        return true;
      }
      log.error({ partition, err: error }, 'retention has removed messages that were not archived');
    } else if (error instanceof Recreated) {
      log.warn({ partition }, error.message);
    } else {
      if (!(error instanceof LogRefused) || !this.#isRecreatedByNow()) return false;
      log.warn({ partition, err: error }, 'the stream was recreated');
    }
    this.#startsOver = true;
    return true;
  }

  #isRecreatedByNow(): boolean {
    this.#shorterSince ??= Date.now();
    return Date.now() - this.#shorterSince >= (this.#options.graceMs ?? GRACE_MS);
  }

  #noteFailure(error: unknown, failures: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#progress.state = 'retrying';
    this.#progress.problem = error instanceof Error ? error.message : String(error);
    // Failures 1, 10, 100 and so on are logged: a long outage must not fill the log.
    if (/^10*$/.test(String(failures))) {
      log.warn({ partition: this.#options.partition, failures, err: error }, this.#progress.problem);
    }
  }
}
