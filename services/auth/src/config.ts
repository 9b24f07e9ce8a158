import { availableParallelism } from 'node:os';
import { ConfigError, databaseKeys, processKeys, readConfig, tokenKeys } from '@gavel/service-runtime/config';
import { z } from 'zod';

// A process on this machine may name its client's address. Private networks are not trusted by default: if the web app runs on
// another machine, the operator names its network.
const TRUSTED_PEERS = '127.0.0.0/8,::1/128';

const seconds = (byDefault: number) => z.coerce.number().int().min(1).default(byDefault);
const count = (byDefault: number) => z.coerce.number().int().min(1).default(byDefault);
const address = z.union([z.cidrv4(), z.cidrv6()]);
const keysDirectory = { AUTH_SIGNING_KEYS_DIR: z.string().min(1) };

const schema = z.object({
  ...processKeys,
  ...databaseKeys,
  ...keysDirectory,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  AUTH_ISSUER: tokenKeys.AUTH_ISSUER,
  AUTH_AUDIENCE: tokenKeys.AUTH_AUDIENCE,
  AUTH_ACCESS_TOKEN_SECONDS: seconds(15 * 60),
  AUTH_SESSION_SECONDS: seconds(30 * 24 * 3600),
  AUTH_SESSION_IDLE_SECONDS: seconds(14 * 24 * 3600),
  AUTH_REFRESH_GRACE_SECONDS: z.coerce.number().int().min(0).default(10),
  AUTH_DEVICE_TOKEN_SECONDS: seconds(180 * 24 * 3600),
  // libuv has four threads, and file access sometimes needs one.
  AUTH_HASH_CONCURRENCY: count(Math.min(3, availableParallelism())),
  AUTH_HASH_QUEUE: count(1000),
  AUTH_LIMIT_LOGIN_FAILURES: count(10),
  AUTH_LIMIT_LOGINS_PER_MINUTE: count(100),
  AUTH_LIMIT_REGISTRATIONS_PER_HOUR: count(60),
  AUTH_LIMIT_REFRESHES_PER_MINUTE: count(300),
  AUTH_LIMIT_RESETS_PER_HOUR: count(60),
  // All unknown addresses together count as this many addresses.
  AUTH_LIMIT_UNKNOWN_FACTOR: count(1),
  /** Multiplies the limits of requests per address. */
  RATE_LIMIT_FACTOR: count(1),
  AUTH_LIMIT_MAILS_PER_HOUR: count(5),
  AUTH_RESET_LINK_SECONDS: seconds(30 * 60),
  AUTH_VERIFICATION_LINK_SECONDS: seconds(24 * 3600),
  /** Whether people must confirm their e-mail address before they bid and sell. */
  AUTH_REQUIRE_VERIFIED_EMAIL: z.stringbool().default(false),
  /** Without it no mails are sent. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  SMTP_FROM: z.string().default('Gavel <no-reply@gavel.localhost>'),
  /** The web app, for links in mails. */
  WEB_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_TRUSTED_PEERS: z
    .string()
    .default(TRUSTED_PEERS)
    .transform((text) => text.split(',').map((block) => block.trim()))
    .pipe(z.array(address)),
});

export type AuthConfig = z.output<typeof schema>;

/** The service's configuration; the README describes the keys. Throws a ConfigError that names all bad keys. */
export function readAuthConfig(env: NodeJS.ProcessEnv = process.env): AuthConfig {
  const config = readConfig(schema, env);
  if (config.SMTP_URL !== undefined && config.WEB_URL === undefined)
    throw new ConfigError('bad configuration:\n  WEB_URL: is needed with SMTP_URL, for the links in mails');
  if (config.AUTH_REQUIRE_VERIFIED_EMAIL && config.SMTP_URL === undefined)
    throw new ConfigError(
      'bad configuration:\n  SMTP_URL: is needed with AUTH_REQUIRE_VERIFIED_EMAIL, because people confirm addresses with mailed links',
    );
  return config;
}

/** The directory of the keys, for add-signing-key. */
export function readKeysDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return readConfig(z.object(keysDirectory), env).AUTH_SIGNING_KEYS_DIR;
}
