import { databaseKeys, processKeys, readConfig, tokenKeys } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z
  .object({
    ...processKeys,
    PORT: processKeys.PORT.default(4002),
    ...databaseKeys,
    DATABASE_POOL: databaseKeys.DATABASE_POOL.default(20),
    ...tokenKeys,
    BIDDER_MASK_KEY: z.string().min(16).optional(),
    PICTURES_DIRECTORY: z.string().min(1).optional(),
    PICTURES_S3_BUCKET: z.string().min(3).optional(),
    PICTURES_S3_REGION: z.string().min(1).default('us-east-1'),
    PICTURES_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine((keys) => (keys.PICTURES_DIRECTORY === undefined) !== (keys.PICTURES_S3_BUCKET === undefined), {
    path: ['PICTURES_DIRECTORY'],
    message: 'either this or PICTURES_S3_BUCKET must be set',
  });

export type BidsConfig = z.output<typeof schema>;

/** The configuration of the bids service; its README lists the keys. */
export function readBidsConfig(env: NodeJS.ProcessEnv = process.env): BidsConfig {
  return readConfig(schema, env);
}

/** What migrating needs, which is less than serving. */
export function readMigrateConfig(env: NodeJS.ProcessEnv = process.env) {
  return readConfig(z.object({ DATABASE_URL: databaseKeys.DATABASE_URL }), env);
}
