import type { Interceptor } from '@connectrpc/connect';
import { optionalCaller } from '../caller.ts';
import type { AddressClues } from '../client-address.ts';
import { peerAddress } from '../client-address.ts';
import { connectError } from '../failure.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Counted, RateRule } from './rate-rule.ts';

/** The limits of one method. */
export interface MethodRules {
  readonly user: RateRule;
  readonly address: RateRule;
  /** For all requests whose address is unknown, together. */
  readonly unknown: RateRule;
}

export interface LimitRatesOptions {
  readonly limiter: RateLimiter;
  /** The address to count a request under; undefined when it is unknown. */
  readonly resolveAddress: (clues: AddressClues) => string | undefined;
  /** By the method's name, such as PlaceBid. Other methods are not limited. */
  readonly methods: Readonly<Record<string, MethodRules>>;
}

/**
 * Limits the requests per user and per address. All unknown addresses, such as this machine's own, count as one. A refused request gets RATE_LIMITED with metadata `retry_after_seconds`, and is
 * not counted. Must run after `authenticate`, which identifies the user.
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
    counts.push(
      address === undefined ? { rule: rules.unknown, who: 'unknown' } : { rule: rules.address, who: address },
    );
    const seconds = await limiter.take(counts);
    if (seconds === 0) return next(request);
    throw connectError('RATE_LIMITED', `too many requests; try again in ${seconds} s`, {
      retry_after_seconds: String(seconds),
    });
  };
}
