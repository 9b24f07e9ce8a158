import { pause, type Signal } from '@gavel/resilience';
import type { LeaderSession } from '../leader-session.ts';
import { REFILL_LEASE, watchHolder } from '../lease.ts';
import type { ClaimedRow, CreateReader, OutboxRow, RowReader } from '../read/row-reader.ts';
import { readHeldPartitions } from './held-partitions.ts';
import { Publishing, type PublishingOptions } from './publishing.ts';
import { beginTerm, claim, markPublished, type TermStart, unpublishedClaims } from './term-records.ts';

/** Ports and settings of one term. */
export interface TermOptions extends PublishingOptions {
  /** Stored with the epoch: which process holds the outbox. */
  holder: string;
  createReader: CreateReader;
  /** The highest position that the stream has seen from this outbox. */
  lastPublishingId(): Promise<number>;
  /** Notified when something was committed. */
  wake: Signal;
  /** Rows per claim. */
  batchSize: number;
  /** Most events in flight. */
  windowSize: number;
  /** The table is read this often even without a notification, in milliseconds. */
  pollMs: number;
  stop: AbortSignal;
}

// The watermark is one small update. Events above it are sent to the exchange a second time after a kill -9.
const MARK_MS = 250;
const HOLD_CHECK_MS = 300;
const DRAIN_MS = 3_000;
const DRAIN_CHECK_MS = 50;
// A row may have a megabyte, so the bodies in flight are also limited by their bytes.
const WINDOW_BYTES = 32 * 1024 * 1024;

/**
 * One term of the active relay, from taking the outbox over until losing it or giving it back:
 *
 * 1. Send again what earlier terms left unconfirmed.
 * 2. Read rows, claim positions for them and publish them, again and again. No transaction is open while events are sent.
 * 3. Mark as published what both publishers have confirmed, four times a second.
 */
export class Term {
  readonly #session: LeaderSession;
  readonly #options: TermOptions;
  readonly #start: TermStart;
  readonly #reader: RowReader;
  readonly #publishing: Publishing;
  readonly #held: ReadonlySet<string>;
  readonly #failed = Promise.withResolvers<never>();
  /** Aborted when a refill no longer holds its partition: the next term publishes to it again. */
  readonly #holdEnded = new AbortController();
  #nextPosition: number;
  #markedPosition: number;
  #claimedHighId: number;
  #readAhead: Promise<OutboxRow[]> | undefined;
  #waitingForRoom = false;

  /** Takes a new epoch, so that no earlier relay can claim, and begins to connect both publishers. */
  static async begin(session: LeaderSession, options: TermOptions): Promise<Term> {
    const start = await beginTerm(session, options.holder);
    const { held, abandoned } = await readHeldPartitions(session, start.epoch);
    for (const partition of abandoned)
      options.log.error({ partition }, 'a refill has left this partition incomplete; run gavel refill');
    const streamHas = await options.lastPublishingId();
    if (streamHas > start.lastPosition) {
      // The database was restored from an older copy. The broker would drop positions that it has seen as duplicates.
      options.log.warn(
        { streamHas, outboxHas: start.lastPosition },
        'stream is ahead of the outbox, positions continue above it',
      );
    }
    return new Term(session, options, { ...start, held }, Math.max(start.lastPosition, streamHas) + 1);
  }

  private constructor(
    session: LeaderSession,
    options: TermOptions,
    start: TermStart & { held: ReadonlySet<string> },
    nextPosition: number,
  ) {
    const { held } = start;
    this.#held = held;
    this.#session = session;
    this.#options = options;
    this.#start = start;
    this.#reader = options.createReader(start.reader);
    this.#nextPosition = nextPosition;
    this.#markedPosition = start.publishedPosition;
    this.#claimedHighId = start.reader.highId;
    this.#failed.promise.catch(() => undefined);
    this.#publishing = new Publishing(
      session,
      start,
      { ...options, held },
      {
        onDone: () => this.#notifyWhenRoom(),
        onFailure: this.#failed.reject,
      },
    );
  }

  get publishers(): Pick<Publishing, 'stream' | 'exchange'> {
    return this.#publishing;
  }

  /**
   * Works until the term ends. Rejects when it was lost: the database session ended, or another relay took the outbox.
   * Resolves when it was stopped, or when a refill has left its partition, and everything in flight is confirmed, or after 3
   * seconds of waiting for that.
   */
  async run(): Promise<void> {
    const over = new AbortController();
    this.#watchHold(over.signal).catch(this.#failed.reject);
    const marking = setInterval(() => this.#markAsPublished().catch(this.#failed.reject), MARK_MS);
    try {
      this.#options.log.info(
        { epoch: this.#start.epoch, position: this.#nextPosition, published: this.#start.publishedPosition },
        'outbox taken over',
      );
      await this.#whileHeld(this.#work());
      await this.#drain();
      await this.#markAsPublished();
    } finally {
      clearInterval(marking);
      over.abort();
      this.#session.close();
      await this.#publishing.close();
    }
  }

  async #work(): Promise<void> {
    await this.#sendAgain();
    while (!this.#options.stop.aborted && !this.#holdEnded.signal.aborted) {
      if (!this.#hasRoom()) {
        await this.#waitForRoom();
        continue;
      }
      const rows = await this.#read();
      if (rows.length > 0) this.#publishing.publish(await this.#claim(rows), false);
      else await this.#options.wake.wait(this.#options.pollMs);
    }
  }

  /** Ends the term when the refill that holds a partition has ended or is frozen. */
  async #watchHold(over: AbortSignal): Promise<void> {
    if (this.#held.size === 0) return;
    const { log, wake } = this.#options;
    log.info({ partitions: [...this.#held] }, 'a refill holds a partition');
    const holder = watchHolder(this.#session, REFILL_LEASE);
    while (!over.aborted) {
      const ended = await holder.endIfSilent();
      if (ended !== undefined)
        log.warn({ backend: ended }, 'the refill does not renew its lease; its session was ended');
      if (!holder.held) {
        this.#holdEnded.abort();
        return wake.notify();
      }
      await pause(HOLD_CHECK_MS, over);
    }
  }

  async #sendAgain(): Promise<void> {
    const rows = await unpublishedClaims(this.#session, this.#start.publishedPosition);
    if (rows.length > 0)
      this.#options.log.info({ events: rows.length }, 'sending again what was left unconfirmed');
    this.#publishing.publish(rows, true);
  }

  async #read(): Promise<OutboxRow[]> {
    const reading = this.#readAhead ?? this.#reader.read(this.#session, this.#options.batchSize);
    const rows = await reading;
    this.#readAhead = undefined;
    return rows;
  }

  async #claim(rows: readonly OutboxRow[]): Promise<ClaimedRow[]> {
    const first = this.#nextPosition;
    const { state } = this.#reader;
    const claiming = claim(this.#session, this.#start.epoch, first, rows, state);
    this.#claimedHighId = state.highId;
    // A full page means that there are more rows. The database reads them while this batch is being sent.
    if (rows.length === this.#options.batchSize) {
      this.#readAhead = this.#reader.read(this.#session, this.#options.batchSize);
      this.#readAhead.catch(() => undefined);
    }
    this.#reader.claimed(await claiming);
    this.#nextPosition += rows.length;
    return rows.map((row, i) => ({ ...row, position: first + i }));
  }

  async #markAsPublished(): Promise<void> {
    const { progress } = this.#publishing;
    if (progress.publishedPosition <= this.#markedPosition) return;
    await markPublished(this.#session, this.#start.epoch, {
      ...progress,
      after: this.#markedPosition,
      highId: this.#claimedHighId,
    });
    this.#markedPosition = progress.publishedPosition;
  }

  #hasRoom(): boolean {
    const { events, bytes } = this.#publishing.inFlight;
    return events <= this.#options.windowSize - this.#options.batchSize && bytes <= WINDOW_BYTES;
  }

  async #waitForRoom(): Promise<void> {
    this.#waitingForRoom = true;
    await this.#options.wake.wait(this.#options.pollMs);
    this.#waitingForRoom = false;
  }

  #notifyWhenRoom(): void {
    if (!this.#waitingForRoom) return;
    if (this.#publishing.inFlight.events <= this.#options.windowSize / 2) this.#options.wake.notify();
  }

  /** Waits until the events in flight are confirmed. */
  async #drain(): Promise<void> {
    const deadline = Date.now() + DRAIN_MS;
    while (this.#publishing.inFlight.events > 0 && Date.now() < deadline) {
      await this.#whileHeld(this.#options.wake.wait(DRAIN_CHECK_MS));
    }
  }

  /** The outcome of `work`, or a rejection as soon as the term is lost. */
  async #whileHeld(work: Promise<void>): Promise<void> {
    work.catch(() => undefined);
    await Promise.race([work, this.#session.lost, this.#failed.promise]);
  }
}
