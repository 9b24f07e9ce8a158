import { randomInt } from 'node:crypto';
import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  /** Decides when what is killed; printed, and given again to replay a round. */
  SEED: z.coerce.number().int().min(0).max(0xffff_ffff).optional(),
  ROUNDS: z.coerce.number().int().min(1).default(1),
  /** Seconds of bidding in each round. */
  SECONDS: z.coerce.number().min(5).default(60),
  BIDDERS: z.coerce.number().int().min(1).default(20),
  ITEMS: z.coerce.number().int().min(1).default(5),
  /** Longest pause of a bidder between two bids, in milliseconds. */
  PAUSE_MS: z.coerce.number().int().min(0).default(80),
});

export type FaultsConfig = Omit<z.output<typeof schema>, 'SEED'> & { readonly SEED: number };

/** Reads the campaign's settings; a seed that is not given is drawn. Throws naming every bad key. */
export function readFaultsConfig(env: NodeJS.ProcessEnv = process.env): FaultsConfig {
  const config = readConfig(schema, env);
  return { ...config, SEED: config.SEED ?? randomInt(2 ** 32) };
}
