import { randomInt } from 'node:crypto';
import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  /** Decides which faults happen when. It is printed; set it to repeat a campaign. */
  SEED: z.coerce.number().int().min(0).max(0xffff_ffff).optional(),
  ROUNDS: z.coerce.number().int().min(0).default(200),
  /** Seconds of bidding in each round. */
  SECONDS: z.coerce.number().min(1).default(2),
  BIDDERS: z.coerce.number().int().min(1).default(8),
  ITEMS: z.coerce.number().int().min(1).default(3),
  /** Whether the deliberately broken variants run first: `only` them, or `no`. */
  BROKEN: z.enum(['yes', 'no', 'only']).default('yes'),
  /** Longest pause of a bidder between two bids, in milliseconds. */
  PAUSE_MS: z.coerce.number().int().min(0).default(80),
});

export type FaultsConfig = Omit<z.output<typeof schema>, 'SEED'> & { readonly SEED: number };

/** Reads the campaign's settings. Default seed: random. Throws an error that names every invalid key. */
export function readFaultsConfig(env: NodeJS.ProcessEnv = process.env): FaultsConfig {
  const config = readConfig(schema, env);
  return { ...config, SEED: config.SEED ?? randomInt(2 ** 32) };
}
