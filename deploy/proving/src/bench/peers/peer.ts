/** The servers of one contender. All share one Postgres, and each has its own database. */
export interface PeerUrls {
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  readonly streamUrl: string;
}

/** One event as the peers store it: JSON with the fields of Gavel's BidPlaced. */
export interface PeerEvent {
  readonly id: string;
  readonly aggregateId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The writing side, in the process of the bench. */
export interface Producer {
  /** Writes a backlog with the fastest method of the library. */
  append(events: readonly PeerEvent[]): Promise<void>;
  /** Writes one event in its own transaction, like a service. Resolves at the answer to COMMIT, with the id that the handler will see. */
  commit(event: PeerEvent): Promise<{ readonly id: string; readonly at: number }>;
  close(): Promise<void>;
}

/** Handles one event, which is done when the promise resolves. */
export type Handle = (id: string, payload: unknown) => Promise<void>;

/** Nothing, or the work of Gavel's relay: publish to the stream and the topic exchange, confirmed by both. */
export type Job = 'nothing' | 'publish';

/** A measured library, used as its documentation recommends for speed. */
export interface Peer {
  readonly name: string;
  /** The settings, for the lines below the table. */
  readonly settings: string;
  /** Creates tables and queues, and opens the writing side. */
  open(urls: PeerUrls): Promise<Producer>;
  /** Starts the handler in a separate process; resolves when it receives events, with a function that stops it. */
  work(urls: PeerUrls, handle: Handle, job: Job): Promise<() => Promise<void>>;
}

/** Milliseconds of a clock that all processes of a machine share; `performance.now()` starts at 0 in each process. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
