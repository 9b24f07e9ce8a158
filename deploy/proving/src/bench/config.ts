import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  /** Events in the backlog. */
  EVENTS: z.coerce.number().int().min(1_000).default(50_000),
  /** Events in the stream when the statistics are rebuilt from it. */
  REBUILD_EVENTS: z.coerce.number().int().min(1_000).default(1_000_000),
  /** The parts to measure. */
  PARTS: z
    .string()
    .default('log,bidding,closing,live')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['log', 'bidding', 'closing', 'live']))),
  /** Numbers of concurrent bidders, one measurement each; seconds of each; number of auctions when bids are spread. */
  BIDDERS: z
    .string()
    .default('1,16,64,256')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(300)).min(1)),
  BIDDING_SECONDS: z.coerce.number().min(1).default(2),
  SPREAD_AUCTIONS: z.coerce.number().int().min(2).default(10_000),
  /** Events per second while commit → projection is measured, and its duration in seconds. */
  LATENCY_RATE: z.coerce.number().int().min(1).default(100),
  LATENCY_SECONDS: z.coerce.number().min(1).default(10),
  /** Events per second while commit → handler is measured for all contenders, and seconds of each repeat. */
  PEER_RATE: z.coerce.number().int().min(1).default(200),
  PEER_SECONDS: z.coerce.number().min(1).default(3),
  /** Repeats of each measurement of the contenders; the median is printed. */
  REPEATS: z.coerce.number().int().min(1).max(9).default(3),
  /** Number of ending auctions, within how many seconds they end, and how many people bid on other auctions. */
  CLOSING_AUCTIONS: z.coerce.number().int().min(100).default(100_000),
  CLOSING_SECONDS: z.coerce.number().min(3).default(60),
  CLOSING_BIDDERS: z.coerce.number().int().min(1).default(4),
  /** Viewers of one auction on one process of the web app, and the number of bids that they see. */
  LIVE_VIEWERS: z.coerce.number().int().min(1).max(20_000).default(5_000),
  LIVE_BIDS: z.coerce.number().int().min(1).default(30),
  /** Directories in which pgbench is searched. */
  PATH: z.string().default(''),
  /** 1: print one JSON object to standard output instead of a table. */
  JSON: z.enum(['0', '1']).default('0'),
});

export type BenchConfig = z.output<typeof schema>;

/** Reads the bench's settings. Throws an error that names every invalid key. */
export function readBenchConfig(env: NodeJS.ProcessEnv = process.env): BenchConfig {
  return readConfig(schema, env);
}
