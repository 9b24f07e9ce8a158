import type { Logger } from '@gavel/observability/logger';
import type { EventPublisher, OutboundMessage, PublisherEvents } from '@gavel/rabbitmq/event-publisher';
import type { LeaderSession } from '../leader-session.ts';
import { endPublishSpan, startPublishSpan, toMessage, withTransport } from '../publish/to-message.ts';
import type { ClaimedRow } from '../read/row-reader.ts';
import type { RelayMetrics } from '../relay-metrics.ts';
import { type ConfirmedPositions, createConfirmedPositions, createWindow, type Window } from './confirms.ts';
import { describeLost, recordLost, setAside, type TermStart } from './term-records.ts';

export interface PublishingOptions {
  createStream(events: PublisherEvents): EventPublisher;
  createExchange(events: PublisherEvents): EventPublisher;
  metrics: RelayMetrics;
  log: Logger;
}

/** How the term reacts to changes of events in flight. */
export interface PublishingEvents {
  /** An event is no longer in flight. */
  onDone(): void;
  /** The database did not store what the broker reported. The term must end. */
  onFailure(error: unknown): void;
}

/** The progress of publishing, to be stored with the watermark. */
export interface Progress {
  readonly publishedPosition: number;
  readonly confirmed: Readonly<Record<string, number>>;
  readonly confirmedMsAgo: number;
}

const PUBLISHERS = 2;

/** The events that a term has sent, from the claim until stream and exchange have both confirmed them. */
export class Publishing {
  readonly stream: EventPublisher;
  readonly exchange: EventPublisher;
  readonly #session: LeaderSession;
  readonly #epoch: number;
  readonly #options: PublishingOptions;
  readonly #events: PublishingEvents;
  readonly #held: ReadonlySet<string>;
  readonly #window: Window;
  readonly #confirmed: ConfirmedPositions;
  #confirmedAt = performance.now();

  constructor(
    session: LeaderSession,
    start: TermStart,
    options: PublishingOptions & { held: ReadonlySet<string> },
    events: PublishingEvents,
  ) {
    this.#session = session;
    this.#epoch = start.epoch;
    this.#options = options;
    this.#events = events;
    this.#held = options.held;
    this.#window = createWindow(start.publishedPosition);
    this.#confirmed = createConfirmedPositions(start.confirmed, start.publishedPosition);
    this.stream = options.createStream(this.#watch('stream'));
    this.exchange = options.createExchange(this.#watch('exchange'));
  }

  /** Events in flight, and the bytes of their bodies. */
  get inFlight(): { readonly events: number; readonly bytes: number } {
    return { events: this.#window.size, bytes: this.#window.bytes };
  }

  get progress(): Progress {
    return {
      publishedPosition: this.#window.published,
      confirmed: this.#confirmed.byPartition,
      confirmedMsAgo: performance.now() - this.#confirmedAt,
    };
  }

  /**
   * Hands rows to both publishers, in order. A row that cannot become a message is set aside. Events of a held partition go to the
   * exchange only: the refill that holds it publishes them to the stream.
   *
   * @param republished true when an earlier term may have published them already
   */
  publish(rows: readonly ClaimedRow[], republished: boolean): void {
    const messages: OutboundMessage[] = [];
    for (const row of rows) {
      const message = this.#toMessage(row, republished);
      if (message) messages.push(message);
    }
    this.stream.publish(messages.filter(({ partition }) => !this.#held.has(partition)));
    this.exchange.publish(messages);
  }

  async close(): Promise<void> {
    await Promise.all([this.stream.close(), this.exchange.close()]);
  }

  #toMessage(row: ClaimedRow, republished: boolean): OutboundMessage | undefined {
    const { id, createdAt, position, body } = row;
    const pending = { id, createdAt, missingConfirms: PUBLISHERS };
    const encoded = toMessage(row);
    if (!encoded.ok) {
      this.#window.add(position, { ...pending, span: undefined, partition: undefined, bytes: 0 });
      this.#setAside(position, id, encoded.problem);
      return undefined;
    }
    const { partition } = encoded.message;
    const { span, headers } = startPublishSpan(row, partition, republished);
    const missingConfirms = this.#held.has(partition) ? PUBLISHERS - 1 : PUBLISHERS;
    this.#window.add(position, { ...pending, missingConfirms, span, partition, bytes: body.byteLength });
    return span ? withTransport(encoded.message, headers) : encoded.message;
  }

  #watch(publisher: 'stream' | 'exchange'): PublisherEvents {
    return {
      onConfirmed: (position) => this.#countConfirm(publisher, position),
      onRefused: (position, error) => {
        const refused = this.#window.get(position);
        if (refused) this.#setAside(position, refused.id, `${publisher}: ${error.message}`);
      },
      onFailure: () => this.#options.metrics.failed(publisher),
      onSeen: (partition, lastPosition) => this.#compareWithConfirmed(partition, lastPosition),
    };
  }

  #countConfirm(publisher: 'stream' | 'exchange', position: number): void {
    const partition = publisher === 'stream' ? this.#window.get(position)?.partition : undefined;
    if (partition) this.#confirmed.confirm(partition, position);
    const published = this.#window.confirm(position);
    if (!published) return;
    this.#confirmedAt = performance.now();
    endPublishSpan(published.span);
    this.#options.metrics.published(published.createdAt);
    this.#events.onDone();
  }

  #setAside(position: number, id: number, problem: string): void {
    const { log, metrics } = this.#options;
    log.error({ position, outboxId: id, problem }, 'event set aside: it can never be published');
    metrics.setAside();
    setAside(this.#session, position, id, problem).then(() => {
      endPublishSpan(this.#window.remove(position)?.span, problem);
      this.#events.onDone();
    }, this.#events.onFailure);
  }

  #compareWithConfirmed(partition: string, lastPosition: number): void {
    const lost = this.#confirmed.seen(partition, lastPosition);
    if (!lost) return;
    this.#options.log.error(lost, describeLost(lost));
    recordLost(this.#session, this.#epoch, lost).catch(this.#events.onFailure);
  }
}
