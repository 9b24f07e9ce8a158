/** Everything that exists on the broker, so that producers and consumers declare the same things. */

/** The topic exchange: every event is published here as well, routed by its subject. */
export const EVENTS_EXCHANGE = 'gavel.events';

/** Alternate exchange of EVENTS_EXCHANGE and its queue: an event that no queue is bound for stays visible here for a week. */
export const UNROUTED_EXCHANGE = 'gavel.unrouted';
export const UNROUTED_QUEUE = 'gavel.unrouted';
export const UNROUTED_ARGUMENTS = {
  'x-queue-type': 'classic',
  'x-max-length': 100_000,
  'x-overflow': 'drop-head',
  'x-message-ttl': 7 * 24 * 3600 * 1000,
} as const;

/** Streams in super-stream shape: `name` with partitions `name-0` to `name-(partitions - 1)`. */
export const streams = {
  'gavel.auth': { partitions: 2 },
  'gavel.bids': { partitions: 4 },
} as const;

export type StreamName = keyof typeof streams;

/**
 * What each partition keeps, unless the relays' settings say otherwise. The outbox keeps published rows at least as long, so a
 * lost stream can be refilled from Postgres.
 */
export const streamRetention = {
  maxAgeSeconds: 7 * 24 * 3600,
  maxLengthBytes: 5_000_000_000,
  maxSegmentSizeBytes: 100_000_000,
} as const;

/** The stream of a partition: `gavel.bids` for `gavel.bids-2`. */
export function streamOfPartition(partition: string): string {
  return partition.replace(/-\d+$/, '');
}

/** The partitions of a stream, in order. */
export function partitionsOf(stream: StreamName): string[] {
  return Array.from({ length: streams[stream].partitions }, (_, i) => `${stream}-${i}`);
}
