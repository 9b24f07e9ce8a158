import { z } from 'zod';

const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  AUTH_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4001'),
  BIDS_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4002'),
  USER_STATS_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4003'),
  NOTIFICATIONS_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4004'),
  /** Without it, prices on open pages do not update. */
  AMQP_URL: z.url({ protocol: /^amqps?$/ }).optional(),
  /** The site's address in browsers. Without it: http and the host of the request. */
  PUBLIC_ORIGIN: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url).origin)
    .optional(),
  /** How many reverse proxies append to X-Forwarded-For; with 0 the header is ignored. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /** Shown on the page Contact. */
  CONTACT_EMAIL: z.email().optional(),
  /** Open pages with live prices, of one address (all unknown ones count as one) and of one person. */
  LIVE_PAGES_PER_ADDRESS: z.coerce.number().int().min(1).default(1_000),
  LIVE_PAGES_PER_PERSON: z.coerce.number().int().min(1).default(50),
  SESSION_COOKIE_DAYS: z.coerce.number().int().min(1).max(400).default(30),
});

export type Config = z.output<typeof schema>;

let current: Config | undefined;

/**
 * The configuration of this process. It is read from the environment at its first use, so that a build contains none of it.
 * Throws one error that names every missing or malformed key, without the values.
 */
export function config(): Config {
  current ??= readConfig(process.env);
  return current;
}

/**
 * What is wrong with TRUSTED_PROXY_HOPS: this process serves plain http, so a site on https has a proxy in front. Undefined when nothing
 * is known to be wrong.
 */
export function hopsProblem({ PUBLIC_ORIGIN, TRUSTED_PROXY_HOPS }: Config): string | undefined {
  if (TRUSTED_PROXY_HOPS > 0 || !PUBLIC_ORIGIN?.startsWith('https:')) return undefined;
  return 'PUBLIC_ORIGIN is https, so there is a proxy, but TRUSTED_PROXY_HOPS is 0: all visitors count as one address';
}

/** Reads a configuration from an environment. An empty value counts as missing. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`bad configuration:\n${problems.join('\n')}`);
}

/** Passes host and port to Next's standalone server, which reads them from these two variables. */
export function listenAsConfigured(): void {
  const { HOST, PORT } = config();
  process.env.HOSTNAME = HOST;
  process.env.PORT = String(PORT);
  process.env.NEXT_TELEMETRY_DISABLED = '1';
}

/** True under `next dev`, whose pages need a weaker content security policy. Next replaces NODE_ENV during a build. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development';
}
