import { databaseKeys, processKeys, readConfig, tokenKeys } from '@gavel/service-runtime/config';
import type { MethodRules } from '@gavel/service-runtime/limit-rates';
import { z } from 'zod';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

const count = (preset: number) => z.coerce.number().int().min(1).default(preset);

const redisKeys = {
  // Without it there is no cache, leaderboards are counted, and each process has its own rate limits.
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PREFIX: z.string().min(1).default('gavel:'),
  // Everything that Redis serves can be had without it, so nobody waits longer for it. Milliseconds.
  REDIS_ANSWER_MS: z.coerce.number().int().min(1).default(50),
};

// For people at an auction house. A benchmark raises all of them with the factor.
const limitKeys = {
  RATE_LIMIT_BIDS_PER_MINUTE: count(120),
  RATE_LIMIT_ITEMS_PER_DAY: count(300),
  RATE_LIMIT_PICTURES_PER_HOUR: count(200),
  RATE_LIMIT_WATCHES_PER_MINUTE: count(120),
  RATE_LIMIT_SEARCHES_PER_MINUTE: count(240),
  RATE_LIMIT_FACTOR: count(1),
  // How many people may share one address.
  RATE_LIMIT_ADDRESS_FACTOR: count(10),
  // How many addresses' requests all unknown addresses may send together.
  RATE_LIMIT_UNKNOWN_FACTOR: count(10),
  // Peers whose X-Forwarded-For header is trusted. The default trusts this machine. Private networks are not trusted by default; if
  // the web app runs on another machine, add its network here.
  BIDS_TRUSTED_PEERS: z
    .string()
    .default('127.0.0.0/8,::1/128')
    .transform((text) => text.split(',').map((block) => block.trim()))
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()]))),
};

const schema = z
  .object({
    ...processKeys,
    PORT: processKeys.PORT.default(4002),
    ...databaseKeys,
    DATABASE_POOL: databaseKeys.DATABASE_POOL.default(20),
    ...tokenKeys,
    BIDDER_MASK_KEY: z.string().min(16).optional(),
    ...redisKeys,
    ...limitKeys,
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

/** The methods with a rate limit. Methods with the same rules are counted together. An address has a multiple of a user's limit. */
export function limitedMethods(config: BidsConfig): Readonly<Record<string, MethodRules>> {
  const rules = (name: string, each: number, seconds: number): MethodRules => {
    const limit = each * config.RATE_LIMIT_FACTOR;
    const ofAddress = limit * config.RATE_LIMIT_ADDRESS_FACTOR;
    return {
      user: { name: `${name}:user`, limit, seconds },
      address: { name: `${name}:address`, limit: ofAddress, seconds },
      unknown: { name: `${name}:unknown`, limit: ofAddress * config.RATE_LIMIT_UNKNOWN_FACTOR, seconds },
    };
  };
  const bids = rules('bids', config.RATE_LIMIT_BIDS_PER_MINUTE, MINUTE);
  const items = rules('items', config.RATE_LIMIT_ITEMS_PER_DAY, DAY);
  const watches = rules('watches', config.RATE_LIMIT_WATCHES_PER_MINUTE, MINUTE);
  return {
    PlaceBid: bids,
    BuyNow: bids,
    CreateItem: items,
    RelistItem: items,
    // Each of these makes an event, too.
    UpdateItem: rules('updates', config.RATE_LIMIT_ITEMS_PER_DAY, DAY),
    CancelItem: rules('cancellations', config.RATE_LIMIT_ITEMS_PER_DAY, DAY),
    WatchItem: watches,
    UnwatchItem: watches,
    UploadPicture: rules('pictures', config.RATE_LIMIT_PICTURES_PER_HOUR, HOUR),
    ListItems: rules('searches', config.RATE_LIMIT_SEARCHES_PER_MINUTE, MINUTE),
  };
}
