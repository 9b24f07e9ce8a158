import { createLogger } from '@gavel/observability/logger';
import { createRemoteJWKSet, errors, type JWKSCacheInput, type JWTVerifyGetKey, jwksCache } from 'jose';

const log = createLogger('published-keys');

// Rotation publishes a new key five minutes before it signs; a key that was taken away stops being believed this soon.
const REFRESH_MS = 5 * 60_000;
const RETRY_MS = 5_000;
// A fetch that nobody answers takes three seconds: not every request shall wait that long while there are no keys at all.
const FAILURE_HOLDS_MS = 1_000;
// Access tokens live a quarter of an hour, so hardly one outlives an outage of auth; who took a key away because it
// was stolen waits at most this long for a service that cannot reach auth.
const BELIEVED_MS = 24 * 3600_000;

/**
 * The keys that auth publishes at `url`, for verifying tokens. Fetched when first needed, again in the background every
 * five minutes of use, and at once (every 5 s at most) for a token that names a key not seen yet. While auth is away,
 * the keys seen last are believed for a day. Throws the fetch's own error when there are none to believe; the cause is
 * logged when a series of failures begins, not per token.
 */
export function createPublishedKeys(url: URL): JWTVerifyGetKey {
  // jose notes here when it last fetched.
  const fetched: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(url, {
    cooldownDuration: RETRY_MS,
    timeoutDuration: 3_000,
    cacheMaxAge: BELIEVED_MS,
    [jwksCache]: fetched,
  });
  let failure: { error: unknown; until: number } | undefined;
  let refreshAt = 0;

  const noteFailure = (error: unknown): void => {
    if (!failure)
      log.warn({ err: error, url: url.href }, 'keys cannot be fetched; those known stay believed');
    failure = { error, until: Date.now() + FAILURE_HOLDS_MS };
    refreshAt = Date.now() + RETRY_MS;
  };
  const noteSuccess = (): void => {
    if (failure) log.info({ url: url.href }, 'keys were fetched again');
    failure = undefined;
    refreshAt = Date.now() + REFRESH_MS;
  };
  const refresh = (): void => {
    // Set before the answer is there: the requests until then must not ask as well.
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
