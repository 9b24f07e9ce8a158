import type { Interceptor } from '@connectrpc/connect';
import { optionalCaller } from '../caller.ts';
import type { AddressClues } from '../client-address.ts';
import { connectError } from '../failure.ts';
import { peerAddress } from '../peer.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Counted, RateRule } from './rate-rule.ts';

/** What one method's requests are counted by. */
export interface MethodRules {
  readonly user: RateRule;
  readonly address: RateRule;
}

export interface LimitRatesOptions {
  readonly limiter: RateLimiter;
  /** The address that a request counts under; undefined for one that comes from this machine and speaks for nobody. */
  readonly resolveAddress: (clues: AddressClues) => string | undefined;
  /** By the method's name, as in PlaceBid. Methods that are not named are not counted. */
  readonly methods: Readonly<Record<string, MethodRules>>;
}

/**
 * Refuses requests beyond what a user, or an address, may send: RATE_LIMITED with metadata `retry_after_seconds`. Stands
 * behind `authenticate`, so that the user is known; a refused request counts for nothing.
 */
export function limitRates({ limiter, resolveAddress, methods }: LimitRatesOptions): Interceptor {
  return (next) => async (request) => {
    const rules = methods[request.method.name];
    if (rules === undefined) return next(request);
    const context = { values: request.contextValues };
    const user = optionalCaller(context)?.userId;
    const forwardedFor = request.header.get('x-forwarded-for');
    const address = resolveAddress({ peer: peerAddress(context), claimed: '', forwardedFor });
    const counts: Counted[] = [];
    if (user !== undefined) counts.push({ rule: rules.user, who: user });
    if (address !== undefined) counts.push({ rule: rules.address, who: address });
    const seconds = await limiter.take(counts);
    if (seconds === 0) return next(request);
    throw connectError('RATE_LIMITED', `too many requests; try again in ${seconds} s`, {
      retry_after_seconds: String(seconds),
    });
  };
}
