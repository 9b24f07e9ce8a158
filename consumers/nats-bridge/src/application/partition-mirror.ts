import { createLogger } from '@gavel/observability/logger';
import { fromHeaders } from '@gavel/proto/envelope';
import type { StreamName } from '@gavel/proto/topology';
import { markOf, type Position } from '../domain/positions.ts';
import type { PartitionStatus } from './bridge-status.ts';
import { classifyDeliveries } from './classify-deliveries.ts';
import { type Delivery, type EventLog, LogRefused, type Reading } from './event-log.ts';
import { findPlace } from './find-place.ts';
import type { MirrorSession } from './mirror.ts';
import { countBatch, inMirrorSpans } from './telemetry.ts';

const log = createLogger('nats-bridge');
const BATCH_LIMIT = 1_000;

/** One partition of a mirrored stream, through any number of sessions. */
export class PartitionMirror {
  readonly #stream: StreamName;
  readonly #partition: string;
  readonly #log: EventLog;
  #reading: Reading | undefined;
  #state: PartitionStatus['state'] = 'connecting';
  #problem: string | undefined;
  #offset: bigint | null = null;
  /** When the oldest message of the batch in hand was stored. */
  #inHand: number | undefined;

  constructor(stream: StreamName, partition: string, eventLog: EventLog) {
    this.#stream = stream;
    this.#partition = partition;
    this.#log = eventLog;
  }

  get name(): string {
    return this.#partition;
  }

  status(): PartitionStatus {
    const newest = this.#reading?.newestOffset;
    const behind = newest === undefined ? 0n : newest - (this.#offset ?? -1n);
    const oldest = this.#inHand ?? this.#reading?.oldestWaiting;
    return {
      partition: this.#partition,
      state: this.#state,
      offset: this.#offset,
      lagMessages: behind > 0n ? Number(behind) : 0,
      lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest) / 1000),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  note(state: PartitionStatus['state'], problem?: string): void {
    this.#state = state;
    this.#problem = problem;
  }

  /**
   * Mirrors from where the mirror is. Resolves when the signal asks for the end and the batch in hand is mirrored. Rejects
   * with `LogRefused` when this partition has to stand still, and may then be called again; with anything else when the
   * session has to end.
   */
  async follow(session: MirrorSession, signal: AbortSignal): Promise<void> {
    const close = (): void => void this.#reading?.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.#follow(session, signal);
    } finally {
      signal.removeEventListener('abort', close);
      await this.#reading?.close();
      this.#reading = undefined;
      this.#inHand = undefined;
    }
  }

  async #follow(session: MirrorSession, signal: AbortSignal): Promise<void> {
    const position = session.positions.get(this.#partition);
    this.#offset = position?.offset ?? null;
    let unchecked = await this.#open(session, position);
    if (signal.aborted) return;
    this.note('running');
    for (;;) {
      const taken = await this.#reading?.take(BATCH_LIMIT);
      if (signal.aborted) return;
      if (taken === undefined) throw new Error(`${this.#partition}: the subscription ended`);
      if (unchecked !== undefined) {
        const { offset } = unchecked;
        const found = taken.find((delivery) => delivery.offset >= offset);
        if (found !== undefined && !isAt(found, unchecked)) {
          await this.#readAnew(session, unchecked, `another event is at offset ${offset}`);
          unchecked = undefined;
          if (signal.aborted) return;
          continue;
        }
        if (found !== undefined) unchecked = undefined;
      }
      const after = this.#offset;
      await this.#mirror(session, after === null ? taken : taken.filter((each) => each.offset > after));
    }
  }

  /** Opens the reading at a position's own event, and returns the position when that event is still to be checked. */
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
      if (error.reason === 'made-anew') await this.#readAnew(session, position, error.message);
      // The event itself may have gone; it is what comes after it that has to be there.
      else this.#reading = await this.#log.read(this.#partition, position.offset);
      return undefined;
    }
  }

  // The mirror knows which events it holds, so reading all of them again repeats none; what it has discarded lies before.
  async #readAnew(session: MirrorSession, position: Position, reason: string): Promise<void> {
    log.warn({ partition: this.#partition, reason }, 'the stream was made anew: read from its start');
    await this.#reading?.close();
    this.#offset = null;
    if (session.hasDiscarded) {
      this.#reading = await this.#log.read(this.#partition, null);
      this.#offset = await findPlace(this.#reading, (taken) => this.#placeIn(session, position, taken));
      await this.#reading.close();
      if (this.#offset === null) {
        log.warn(
          { partition: this.#partition },
          'nothing in it is known: what the mirror has discarded is repeated',
        );
      }
    }
    this.#reading = await this.#log.read(this.#partition, this.#offset);
  }

  /** The offset of the first event that the mirror holds, or of the last one that it ever took. */
  async #placeIn(
    session: MirrorSession,
    position: Position,
    taken: readonly Delivery[],
  ): Promise<bigint | undefined> {
    const { events } = classifyDeliveries(this.#stream, session.maxBodyBytes, taken);
    const held = await session.findHeld(events);
    return (held ?? events.find(({ envelope }) => markOf(envelope.id) === position.mark))?.offset;
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

function isAt({ offset, content }: Delivery, position: Position): boolean {
  if (offset !== position.offset || !content.ok) return false;
  const parsed = fromHeaders(content.headers);
  return parsed.ok && markOf(parsed.envelope.id) === position.mark;
}
