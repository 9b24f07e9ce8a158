import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import type { MirroredEvent } from '../../application/mirror.ts';
import { eventHeader } from './message-headers.ts';

/** What the mirror holds of one subject, as far as it is known. */
interface Seen {
  /** Highest aggregate version. */
  highest: bigint;
  /** Every event id; looked up only when a version comes that is not above the highest. */
  ids?: Set<string>;
}

/** So many subjects are remembered; of one that was forgotten the mirror is asked again. */
const REMEMBERED = 50_000;

/**
 * Tells events that the mirror holds from new ones, however long ago they were mirrored: the window of `Nats-Msg-Id` is
 * minutes. A subject names one kind of event of one aggregate, whose versions only grow, so its last message is nearly
 * always answer enough.
 */
export class SeenEvents {
  readonly #manager: JetStreamManager;
  readonly #stream: string;
  readonly #subjects = new Map<string, Seen>();
  /** Whether a subject that is not remembered is known to be new: the mirror was empty, and nothing was forgotten. */
  #complete: boolean;

  constructor(manager: JetStreamManager, stream: string, isEmpty: boolean) {
    this.#manager = manager;
    this.#stream = stream;
    this.#complete = isEmpty;
  }

  /** The events that are new, in order, each counting as seen from now on. */
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

  /** The first of those events that the mirror holds. */
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
        this.#remember(subject, version === undefined ? await this.#searched(subject) : { highest: version });
      }),
    );
  }

  // Another client has written the subject's last message.
  async #searched(subject: string): Promise<Seen> {
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
