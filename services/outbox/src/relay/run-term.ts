import type { Logger } from '@gavel/observability/logger';
import { createConfirmedPositions, describeLost, recordLost } from './confirmed-positions.ts';
import type { LeaderSession } from './leader-session.ts';
import type { ClaimedRow } from './outbox-row.ts';
import { endPublishSpan, startPublishSpan } from './publish-span.ts';
import type { EventPublisher, OutboundMessage, PublisherEvents } from './publisher/event-publisher.ts';
import type { RelayMetrics } from './relay-metrics.ts';
import type { CreateReader } from './row-reader.ts';
import { setAside } from './set-aside.ts';
import type { Signal } from './signal.ts';
import { beginTerm, claim, markPublished, unpublishedClaims } from './term.ts';
import { toMessage, withTransport } from './to-message.ts';
import { createWindow } from './window.ts';

/** Ports and settings of one term. */
export interface TermOptions {
  holder: string;
  createReader: CreateReader;
  createStream(events: PublisherEvents): EventPublisher;
  createExchange(events: PublisherEvents): EventPublisher;
  /** The highest position that the stream has seen from this outbox. */
  lastPublishingId(): Promise<number>;
  wake: Signal;
  metrics: RelayMetrics;
  log: Logger;
  /** Rows claimed at once. */
  batchSize: number;
  /** Events sent and unconfirmed at once. */
  windowSize: number;
  /** The table is looked at this often even if nobody notified. */
  pollMs: number;
  /** Told the publishers of the term, for health. */
  onPublishers(publishers: { stream: EventPublisher; exchange: EventPublisher }): void;
  stop: AbortSignal;
}

// The watermark is one small update; what it lags behind is sent to the exchange twice after a kill -9.
const MARK_MS = 250;
const DRAIN_MS = 3_000;
const LEGS = 2;
// Rows may have a megabyte each: bodies in flight are bounded by their bytes too.
const WINDOW_BYTES = 32 * 1024 * 1024;

/**
 * Holds the outbox until the session is lost, another relay takes over, or `stop` fires: sends again what earlier terms
 * left unconfirmed, then claims and publishes. No transaction is open while anything is sent. Rejects when the term was
 * lost, resolves when it was stopped and all that was in flight is confirmed (or 3 seconds have passed).
 */
export async function runTerm(session: LeaderSession, options: TermOptions): Promise<void> {
  const { log, metrics, wake } = options;
  const start = await beginTerm(session, options.holder);
  const seen = await options.lastPublishingId();
  let nextPosition = start.lastPosition + 1;
  if (seen > start.lastPosition) {
    // The outbox was restored from an older copy. Positions that the stream has seen would be dropped as duplicates.
    log.warn(
      { streamHas: seen, outboxHas: start.lastPosition },
      'stream is ahead of the outbox, positions go on above it',
    );
    nextPosition = seen + 1;
  }
  const window = createWindow(start.publishedPosition);
  const confirmed = createConfirmedPositions(start.confirmed, start.publishedPosition);
  let waitingForRoom = false;
  let marked = start.publishedPosition;
  let claimedHighId = start.reader.highId;
  let confirmedAt = performance.now();
  let failTerm: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    failTerm = reject;
  });
  failed.catch(() => undefined);

  const settled = (): void => {
    if (waitingForRoom && window.size <= options.windowSize / 2) wake.notify();
  };
  const putAside = (row: { position: number; id: number }, problem: string): void => {
    log.error(
      { position: row.position, outboxId: row.id, problem },
      'event set aside: it can never be published',
    );
    metrics.setAside();
    setAside(session, row.position, row.id, problem).then(() => {
      endPublishSpan(window.settle(row.position)?.span, problem);
      settled();
    }, failTerm);
  };
  const eventsOf = (publisher: 'stream' | 'exchange'): PublisherEvents => ({
    onConfirmed(position) {
      if (publisher === 'stream') {
        const partition = window.get(position)?.partition;
        if (partition) confirmed.confirm(partition, position);
      }
      const done = window.confirm(position);
      if (!done) return;
      confirmedAt = performance.now();
      endPublishSpan(done.span);
      metrics.published(done.createdAt);
      settled();
    },
    onRefused(position, error) {
      const refused = window.get(position);
      if (refused) putAside({ position, id: refused.id }, `${publisher}: ${error.message}`);
    },
    onFailure: () => metrics.failed(publisher),
    onSeen(partition, lastPosition) {
      const lost = confirmed.seen(partition, lastPosition);
      if (!lost) return;
      log.error(lost, describeLost(lost));
      recordLost(session, start.epoch, lost).catch(failTerm);
    },
  });
  const stream = options.createStream(eventsOf('stream'));
  const exchange = options.createExchange(eventsOf('exchange'));
  options.onPublishers({ stream, exchange });

  const publish = (rows: readonly ClaimedRow[], republished: boolean): void => {
    const messages: OutboundMessage[] = [];
    for (const row of rows) {
      const { id, createdAt, position, body } = row;
      const encoded = toMessage(row);
      if (!encoded.ok) {
        window.add(position, { id, legs: LEGS, createdAt, span: undefined, partition: undefined, bytes: 0 });
        putAside(row, encoded.problem);
        continue;
      }
      const { partition } = encoded.message;
      const { span, headers } = startPublishSpan(row, partition, republished);
      window.add(position, { id, legs: LEGS, createdAt, span, partition, bytes: body.byteLength });
      messages.push(span ? withTransport(encoded.message, headers) : encoded.message);
    }
    stream.publish(messages);
    exchange.publish(messages);
  };

  const mark = async (): Promise<void> => {
    const published = window.published;
    if (published <= marked) return;
    await markPublished(session, start.epoch, {
      after: marked,
      publishedPosition: published,
      confirmed: confirmed.byPartition,
      highId: claimedHighId,
      confirmedMsAgo: performance.now() - confirmedAt,
    });
    marked = published;
  };
  const marker = setInterval(() => mark().catch(failTerm), MARK_MS);

  const work = async (): Promise<void> => {
    const leftOver = await unpublishedClaims(session, start.publishedPosition);
    if (leftOver.length > 0) log.info({ events: leftOver.length }, 'sending again what was left unconfirmed');
    publish(leftOver, true);
    const reader = options.createReader(start.reader);
    let reading = undefined as Promise<Awaited<ReturnType<typeof reader.read>>> | undefined;
    while (!options.stop.aborted) {
      if (window.size > options.windowSize - options.batchSize || window.bytes > WINDOW_BYTES) {
        waitingForRoom = true;
        await wake.wait(options.pollMs);
        waitingForRoom = false;
        continue;
      }
      const rows = await (reading ?? reader.read(session, options.batchSize));
      reading = undefined;
      if (rows.length === 0) {
        await wake.wait(options.pollMs);
        continue;
      }
      const claiming = claim(session, start.epoch, nextPosition, rows, reader.state);
      claimedHighId = reader.state.highId;
      // A full page means that there is more: the next read runs in the database while this batch is being sent.
      if (rows.length === options.batchSize) {
        reading = reader.read(session, options.batchSize);
        reading.catch(() => undefined);
      }
      reader.claimed(await claiming);
      const first = nextPosition;
      nextPosition += rows.length;
      publish(
        rows.map((row, i) => ({ ...row, position: first + i })),
        false,
      );
    }
  };

  try {
    log.info(
      { epoch: start.epoch, position: nextPosition, published: start.publishedPosition },
      'outbox taken over',
    );
    const working = work();
    working.catch(() => undefined);
    await Promise.race([working, session.lost, failed]);
    const deadline = Date.now() + DRAIN_MS;
    while (window.size > 0 && Date.now() < deadline) {
      await Promise.race([wake.wait(50), session.lost, failed]);
    }
    await mark();
  } finally {
    clearInterval(marker);
    session.close();
    await Promise.all([stream.close(), exchange.close()]);
  }
}
