import { createLogger } from '@gavel/observability/logger';
import { createRemoteJWKSet, errors, type JWKSCacheInput, type JWTVerifyGetKey, jwksCache } from 'jose';

const log = createLogger('published-keys');

// A new key is published five minutes before it signs. A removed key is no longer accepted after this time.
const REFRESH_MS = 5 * 60_000;
const RETRY_MS = 5_000;
// A fetch without an answer takes three seconds. While there are no keys, not every request may wait that long.
const FAILURE_HOLDS_MS = 1_000;
// How long the last known keys are used while auth is unavailable. If a key was removed because it was stolen, a service that
// cannot reach auth accepts it for at most this long.
const USABLE_MS = 24 * 3600_000;

/**
 * The keys that auth publishes at `url`, for verifying tokens. They are fetched when they are first needed, again in the background
 * every five minutes of use, and at once (at most every 5 s) for a token with an unknown key. While auth is unavailable, the
 * last known keys are used for a day. Without any usable keys it throws the error of the fetch. The first failure of a series is
 * logged, not every one.
 */
export function createPublishedKeys(url: URL): JWTVerifyGetKey {
  // jose writes here when it last fetched.
  const fetched: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(url, {
    cooldownDuration: RETRY_MS,
    timeoutDuration: 3_000,
    cacheMaxAge: USABLE_MS,
    [jwksCache]: fetched,
  });
  let failure: { error: unknown; until: number } | undefined;
  let refreshAt = 0;

  const noteFailure = (error: unknown): void => {
    if (!failure)
      log.warn({ err: error, url: url.href }, 'keys cannot be fetched; the last known ones are used');
    failure = { error, until: Date.now() + FAILURE_HOLDS_MS };
    refreshAt = Date.now() + RETRY_MS;
  };
  const noteSuccess = (): void => {
    if (failure) log.info({ url: url.href }, 'keys were fetched again');
    failure = undefined;
    refreshAt = Date.now() + REFRESH_MS;
  };
  const refresh = (): void => {
    // Set before the answer arrives, so that other requests do not fetch at the same time.
    refreshAt = Date.now() + RETRY_MS;
    remote.reload().then(noteSuccess, noteFailure);
  };

  return async (header, token) => {
    const before = fetched.uat;
    if (remote.fresh && Date.now() >= refreshAt) refresh();
    if (!remote.fresh && failure && Date.now() < failure.until) throw failure.error;
    try {
      const key = await remote(header, token);
      if (fetched.uat !== before) noteSuccess();
      return key;
    } catch (error) {
      if (!isAboutTheToken(error)) noteFailure(error);
      throw error;
    }
  };
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
