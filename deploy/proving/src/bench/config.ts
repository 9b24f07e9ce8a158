import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  /** Events of the standing backlog. */
  EVENTS: z.coerce.number().int().min(1_000).default(50_000),
  /** Events in the stream when the statistics are rebuilt from it. */
  REBUILD_EVENTS: z.coerce.number().int().min(1_000).default(1_000_000),
  /** What is measured, some of them. */
  PARTS: z
    .string()
    .default('log,bidding,closing')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['log', 'bidding', 'closing']))),
  /** Bidders at once, one measurement each; seconds of each; auctions of the spread field. */
  BIDDERS: z
    .string()
    .default('1,16,64,256')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(300)).min(1)),
  BIDDING_SECONDS: z.coerce.number().min(1).default(2),
  SPREAD_AUCTIONS: z.coerce.number().int().min(2).default(10_000),
  /** Events a second while commit → projection is measured, and for how many seconds. */
  LATENCY_RATE: z.coerce.number().int().min(1).default(100),
  LATENCY_SECONDS: z.coerce.number().min(1).default(10),
  /** Events a second, and seconds of each repeat, while commit → handler is measured beside the peers. */
  PEER_RATE: z.coerce.number().int().min(1).default(200),
  PEER_SECONDS: z.coerce.number().min(1).default(3),
  /** Of each measurement beside the peers; the median is printed. */
  REPEATS: z.coerce.number().int().min(1).max(9).default(3),
  /** Auctions that end together, within how many seconds, and how many people bid elsewhere meanwhile. */
  CLOSING_AUCTIONS: z.coerce.number().int().min(100).default(100_000),
  CLOSING_SECONDS: z.coerce.number().min(3).default(60),
  CLOSING_BIDDERS: z.coerce.number().int().min(1).default(4),
  /** Where pgbench is searched. */
  PATH: z.string().default(''),
  /** 1 prints one JSON object to standard output instead of a table. */
  JSON: z.enum(['0', '1']).default('0'),
});

export type BenchConfig = z.output<typeof schema>;

/** Reads the bench's settings. Throws naming every bad key. */
export function readBenchConfig(env: NodeJS.ProcessEnv = process.env): BenchConfig {
  return readConfig(schema, env);
}
