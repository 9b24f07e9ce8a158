/** Where one contender finds its servers: all of them share one Postgres, each has a database of its own. */
export interface PeerUrls {
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  readonly streamUrl: string;
}

/** One event as the peers store it: JSON, with the same facts as Gavel's BidPlaced. */
export interface PeerEvent {
  readonly id: string;
  readonly aggregateId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The writing side, in the bench's own process. */
export interface Producer {
  /** A standing backlog, by the fastest way that the library offers. */
  append(events: readonly PeerEvent[]): Promise<void>;
  /** One event in a transaction of its own, as a service would; resolves with COMMIT's answer and what a handler will call it. */
  commit(event: PeerEvent): Promise<{ readonly id: string; readonly at: number }>;
  close(): Promise<void>;
}

/** What a handler does with one event; done when it resolves. */
export type Handle = (id: string, payload: unknown) => Promise<void>;

/** Nothing, or what Gavel's relay does: to the stream and to the topic exchange, confirmed by both. */
export type Job = 'nothing' | 'publish';

/** A library under measurement, used as its own documentation recommends for speed. */
export interface Peer {
  readonly name: string;
  /** What was set and what was not, for the lines under the table. */
  readonly settings: string;
  /** Makes tables and queues, and opens the writing side. */
  open(urls: PeerUrls): Promise<Producer>;
  /** Starts the handling side, in a process of its own; resolves when it takes events, with the way to stop it. */
  work(urls: PeerUrls, handle: Handle, job: Job): Promise<() => Promise<void>>;
}

/** Milliseconds on a clock that all processes of a machine share; `performance.now()` starts anew in each. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
