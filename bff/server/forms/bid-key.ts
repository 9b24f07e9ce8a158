import { textOf } from './read-form.ts';

/**
 * The key that was rendered into a bid form. A form without one, which somebody else wrote, gets one for this sending,
 * because a call whose connection is lost is repeated (server/rpc/retry-once.ts) and must stay one bid.
 */
export function formKeyFrom(form: FormData): string {
  return textOf(form, 'idempotency_key').slice(0, 64) || crypto.randomUUID();
}

/** The same form with the same amount is the same bid, however often it is sent; another amount is another bid. */
export function bidKey(formKey: string, minor: bigint, asMaximum: boolean): string {
  return `${formKey}:${asMaximum ? 'max:' : ''}${minor}`;
}
