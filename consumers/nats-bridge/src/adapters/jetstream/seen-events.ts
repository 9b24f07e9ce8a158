import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { MirroredEvent } from '../../application/ports.ts';
import { eventHeader } from './message-headers.ts';

/** What is known about the mirror's messages of one subject. */
interface Seen {
  /** Highest aggregate version. */
  highest: bigint;
  /** All event ids. They are read only when a version arrives that is not above the highest. */
  ids?: Set<string>;
}

/** How many subjects are kept in memory. For others the bridge reads the mirror again. */
const REMEMBERED = 50_000;

/**
 * Separates new events from those that the mirror holds, however long ago they were mirrored; the server itself recognises
 * ids (`Nats-Msg-Id`) only for minutes. A subject stands for one event type of one aggregate, and an aggregate's versions
 * only increase, so the last message of the subject nearly always decides.
 */
export class SeenEvents {
  readonly #manager: JetStreamManager;
  readonly #stream: string;
  readonly #subjects = new Map<string, Seen>();
  /** True if a subject that is not in memory must be new: the mirror was empty, and nothing was dropped from memory. */
  #complete: boolean;

  constructor(manager: JetStreamManager, stream: string, isEmpty: boolean) {
    this.#manager = manager;
    this.#stream = stream;
    this.#complete = isEmpty;
  }

  /** The events that are new, in order. From now on they count as seen. */
  async takeNew(events: readonly MirroredEvent[]): Promise<MirroredEvent[]> {
    await this.#lookUp(new Set(events.map(({ envelope }) => envelope.subject)));
    const taken = new Set<string>();
    const fresh: MirroredEvent[] = [];
    for (const event of events) {
      const { id, subject, sequence } = event.envelope;
      const seen = this.#subjects.get(subject) ?? { highest: 0n };
      const version = BigInt(sequence);
      if (version <= seen.highest) {
        seen.ids ??= await this.#idsOf(subject);
        if (seen.ids.has(id) || taken.has(id)) continue;
      }
      if (version > seen.highest) seen.highest = version;
      seen.ids?.add(id);
      taken.add(id);
      this.#remember(subject, seen);
      fresh.push(event);
    }
    return fresh;
  }

  /** The first of the events that the mirror holds. */
  async findHeld(events: readonly MirroredEvent[]): Promise<MirroredEvent | undefined> {
    await this.#lookUp(new Set(events.map(({ envelope }) => envelope.subject)));
    for (const event of events) {
      const { id, subject, sequence } = event.envelope;
      const seen = this.#subjects.get(subject);
      if (seen === undefined || BigInt(sequence) > seen.highest) continue;
      seen.ids ??= await this.#idsOf(subject);
      if (seen.ids.has(id)) return event;
    }
    return undefined;
  }

  async #lookUp(subjects: ReadonlySet<string>): Promise<void> {
    if (this.#complete) return;
    const unknown = [...subjects].filter((subject) => !this.#subjects.has(subject));
    await Promise.all(
      unknown.map(async (subject) => {
        const last = await this.#manager.streams.getMessage(this.#stream, { last_by_subj: subject });
        const version = last === null ? 0n : versionOf(last);
        this.#remember(
          subject,
          version === undefined ? await this.#searchAll(subject) : { highest: version },
        );
      }),
    );
  }

  // The last message of the subject has no version: another client has written it.
  async #searchAll(subject: string): Promise<Seen> {
    const messages = await this.#messagesOf(subject);
    let highest = 0n;
    for (const message of messages) {
      const version = versionOf(message) ?? 0n;
      if (version > highest) highest = version;
    }
    return { highest, ids: idsIn(messages) };
  }

  async #idsOf(subject: string): Promise<Set<string>> {
    return idsIn(await this.#messagesOf(subject));
  }

  async #messagesOf(subject: string): Promise<StoredMsg[]> {
    const messages: StoredMsg[] = [];
    for (let seq = 1; ; ) {
      const message = await this.#manager.direct.getMessage(this.#stream, { next_by_subj: subject, seq });
      if (message === null) return messages;
      messages.push(message);
      seq = message.seq + 1;
    }
  }

  #remember(subject: string, seen: Seen): void {
    this.#subjects.delete(subject);
    this.#subjects.set(subject, seen);
    if (this.#subjects.size <= REMEMBERED) return;
    const oldest = this.#subjects.keys().next().value;
    if (oldest !== undefined) this.#subjects.delete(oldest);
    this.#complete = false;
  }
}

function versionOf(message: StoredMsg): bigint | undefined {
  const text = message.header.get(eventHeader.sequence);
  return /^[0-9]{1,19}$/.test(text) ? BigInt(text) : undefined;
}

function idsIn(messages: readonly StoredMsg[]): Set<string> {
  return new Set(messages.map((message) => message.header.get(eventHeader.id)));
}
