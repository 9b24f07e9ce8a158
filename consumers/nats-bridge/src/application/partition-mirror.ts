import { createLogger } from '@gavel/observability/logger';
import { fromHeaders } from '@gavel/proto/envelope';
import type { StreamName } from '@gavel/proto/topology';
import { fingerprintOf, type Position } from '../domain/positions.ts';
import { classifyDeliveries } from './classify-deliveries.ts';
import { findResumeOffset } from './find-resume-offset.ts';
import type { PartitionStatus } from './partition-status.ts';
import { type Delivery, type EventLog, LogRefused, type MirrorSession, type Reading } from './ports.ts';
import { countBatch, inMirrorSpans } from './telemetry.ts';

const log = createLogger('nats-bridge');
const BATCH_LIMIT = 1_000;

/** One partition of a mirrored stream, over any number of sessions. */
export class PartitionMirror {
  readonly #stream: StreamName;
  readonly #partition: string;
  readonly #log: EventLog;
  #reading: Reading | undefined;
  #state: PartitionStatus['state'] = 'connecting';
  #problem: string | undefined;
  #offset: bigint | null = null;
  /** When the oldest message of the current batch was stored. */
  #inHand: number | undefined;
  /** What the log held at the last check, while this partition is refused and nobody reads it. */
  #unread: { readonly newest: bigint | undefined; readonly oldest: number | undefined } | undefined;

  constructor(stream: StreamName, partition: string, eventLog: EventLog) {
    this.#stream = stream;
    this.#partition = partition;
    this.#log = eventLog;
  }

  get name(): string {
    return this.#partition;
  }

  status(): PartitionStatus {
    const newest = this.#unread?.newest ?? this.#reading?.newestOffset;
    const behind = newest === undefined ? 0n : newest - (this.#offset ?? -1n);
    const oldest = this.#unread?.oldest ?? this.#inHand ?? this.#reading?.oldestWaiting;
    return {
      partition: this.#partition,
      state: this.#state,
      offset: this.#offset,
      lagMessages: behind > 0n ? Number(behind) : 0,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /** Nobody reads a refused partition, so its lag is measured. Without an answer of the broker the last one stays. */
  async measureUnread(): Promise<void> {
    try {
      this.#unread = await this.#log.measure(this.#partition);
    } catch (error) {
      log.debug({ partition: this.#partition, err: error }, 'cannot measure what is unread');
    }
  }

  setState(state: PartitionStatus['state'], problem?: string): void {
    this.#state = state;
    this.#problem = problem;
  }

  /**
   * Mirrors from the mirror's position on. Resolves when the signal is aborted and the current batch is mirrored. Rejects
   * with `LogRefused` when this partition has to stop, and may be called again then; with any other error when the whole
   * session has to end.
   */
  async mirrorIn(session: MirrorSession, signal: AbortSignal): Promise<void> {
    const close = (): void => void this.#reading?.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.#mirrorIn(session, signal);
    } finally {
      signal.removeEventListener('abort', close);
      await this.#reading?.close();
      this.#reading = undefined;
      this.#inHand = undefined;
    }
  }

  async #mirrorIn(session: MirrorSession, signal: AbortSignal): Promise<void> {
    const position = session.positions.get(this.#partition);
    this.#offset = position?.offset ?? null;
    let unverified = await this.#open(session, position);
    if (signal.aborted) return;
    this.#unread = undefined;
    this.setState('running');
    for (;;) {
      const taken = await this.#reading?.take(BATCH_LIMIT);
      if (signal.aborted) return;
      if (taken === undefined) throw new Error(`${this.#partition}: the subscription ended`);
      if (unverified !== undefined) {
        const found = verify(unverified, taken);
        if (found === 'other') {
          await this.#startOver(session, unverified, `another event is at offset ${unverified.offset}`);
          unverified = undefined;
          if (signal.aborted) return;
          continue;
        }
        if (found === 'same') unverified = undefined;
      }
      const after = this.#offset;
      await this.#mirror(session, after === null ? taken : taken.filter((each) => each.offset > after));
    }
  }

  /** Starts to read at the position's own event. Returns the position if that event still has to be verified. */
  async #open(session: MirrorSession, position: Position | undefined): Promise<Position | undefined> {
    if (position === undefined) {
      this.#reading = await this.#log.read(this.#partition, null);
      return undefined;
    }
    try {
      this.#reading = await this.#log.read(this.#partition, position.offset - 1n);
      return position;
    } catch (error) {
      if (!(error instanceof LogRefused)) throw error;
      if (error.reason === 'recreated') await this.#startOver(session, position, error.message);
      // Retention may have removed the event itself. Only what comes after it has to be there.
      else this.#reading = await this.#log.read(this.#partition, position.offset);
      return undefined;
    }
  }

  /**
   * Reads a recreated stream from its start. The mirror recognises the events that it holds, so none is repeated. If it has
   * discarded some, everything before the first event that it holds counts as mirrored.
   */
  async #startOver(session: MirrorSession, position: Position, reason: string): Promise<void> {
    log.warn({ partition: this.#partition, reason }, 'the stream was recreated: reading it from its start');
    await this.#reading?.close();
    this.#offset = null;
    if (session.hasDiscarded) {
      this.#reading = await this.#log.read(this.#partition, null);
      this.#offset = await findResumeOffset(this.#reading, (taken) =>
        this.#findKnown(session, position, taken),
      );
      await this.#reading.close();
      if (this.#offset === null) {
        log.warn(
          { partition: this.#partition },
          'the mirror knows none of its events: discarded events are repeated',
        );
      }
    }
    this.#reading = await this.#log.read(this.#partition, this.#offset);
  }

  /** The offset of the first event that the mirror holds, or of the last event that it has mirrored. */
  async #findKnown(
    session: MirrorSession,
    position: Position,
    taken: readonly Delivery[],
  ): Promise<bigint | undefined> {
    const { events } = classifyDeliveries(this.#stream, session.maxBodyBytes, taken);
    const held = await session.findHeld(events);
    const isLast = (id: string): boolean => fingerprintOf(id) === position.fingerprint;
    return (held ?? events.find(({ envelope }) => isLast(envelope.id)))?.offset;
  }

  async #mirror(session: MirrorSession, deliveries: readonly Delivery[]): Promise<void> {
    const last = deliveries.at(-1);
    if (last === undefined) return;
    this.#inHand = deliveries[0]?.storedAt;
    const { events, unmirrored } = classifyDeliveries(this.#stream, session.maxBodyBytes, deliveries);
    for (const each of unmirrored) {
      log.error({ partition: this.#partition, ...each, offset: each.offset.toString() }, 'not mirrored');
    }
    const counts = await inMirrorSpans(this.#partition, events, (carriers) =>
      session.append(this.#partition, events, carriers),
    );
    this.#offset = last.offset;
    this.#inHand = undefined;
    countBatch(events, { ...counts, unmirrored: unmirrored.length });
  }
}

/** Compares the event at the position's offset with the one that was mirrored; `unknown` if it has not arrived yet. */
function verify(position: Position, taken: readonly Delivery[]): 'same' | 'other' | 'unknown' {
  const found = taken.find((delivery) => delivery.offset >= position.offset);
  if (found === undefined) return 'unknown';
  if (found.offset !== position.offset || !found.content.ok) return 'other';
  const parsed = fromHeaders(found.content.headers);
  return parsed.ok && fingerprintOf(parsed.envelope.id) === position.fingerprint ? 'same' : 'other';
}
