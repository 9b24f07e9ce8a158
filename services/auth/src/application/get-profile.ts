import type { Outcome } from '@gavel/service-runtime/failure';
import { validate as isUuid } from 'uuid';
import type { AccountStore, Profile } from './ports.ts';

export interface GetProfileQuery {
  /** Who asks. */
  callerId: string;
  /** Whose profile; empty means the caller's own. */
  userId: string;
}

export type GetProfile = (query: GetProfileQuery) => Promise<Outcome<Profile, 'USER_NOT_FOUND'>>;

/** Shows a profile; the e-mail address only to its owner. An id that is none belongs to nobody. */
export function createGetProfile(accounts: AccountStore): GetProfile {
  return async ({ callerId, userId }) => {
    const wanted = (userId || callerId).toLowerCase();
    const profile = isUuid(wanted) ? await accounts.findProfile(wanted) : undefined;
    if (profile === undefined)
      return { ok: false, reason: 'USER_NOT_FOUND', message: 'there is no such user' };
    return { ok: true, value: profile.id === callerId ? profile : { ...profile, email: '' } };
  };
}
