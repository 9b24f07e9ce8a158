import { passwordProblem } from '@gavel/proto/password-problems';
import { readTypedText, type TypedTextRules } from '@gavel/proto/typed-text';
import { invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { normaliseEmail } from '../domain/email-address.ts';
import { findPasswordProblem } from '../domain/password-rules.ts';
import { type PersonDetails, tidyDetails } from '../domain/person-details.ts';
import type { AuthPorts, Profile } from './ports.ts';
import { rateLimited, tooBusy } from './refusals.ts';

export interface RegisterAccountInput extends PersonDetails {
  email: string;
  password: string;
  /** The caller's address; undefined when it is unknown. */
  address: string | undefined;
}

const nameRules: TypedTextRules = { lines: 'one', isRequired: true, maxLength: 100 };

/** Creates an account. If two requests with one e-mail address arrive at the same time, one of them gets EMAIL_TAKEN. */
export async function registerAccount(
  ports: Pick<AuthPorts, 'accounts' | 'passwords' | 'hashQueue' | 'limits'>,
  input: RegisterAccountInput,
): Promise<Outcome<{ userId: string }, 'EMAIL_TAKEN' | 'INVALID_FIELD' | 'RATE_LIMITED' | 'UNAVAILABLE'>> {
  const verdict = await ports.limits.countRequest('register', input.address);
  if (!verdict.allowed) return rateLimited(verdict.retryAfterSeconds);
  const name = readTypedText(input.fullName, nameRules);
  const refused = findPasswordProblem(input.password, input, ports.passwords.isCommon);
  const invalid = invalidFields({
    ...(name.problem !== undefined && { full_name: name.problem }),
    ...(refused !== undefined && { password: passwordProblem[refused] }),
  });
  if (invalid) return invalid;
  const details = tidyDetails({ ...input, fullName: name.text });
  const passwordHash = await ports.hashQueue.run(() => ports.passwords.hash(input.password));
  if (passwordHash === undefined) return tooBusy();
  const account = { id: uuidv7(), email: normaliseEmail(input.email), passwordHash, ...details };
  if (!(await ports.accounts.create(account))) {
    return { ok: false, reason: 'EMAIL_TAKEN', message: 'this e-mail address already has an account' };
  }
  return { ok: true, value: { userId: account.id } };
}

export interface GetProfileInput {
  callerId: string;
  /** Empty for the caller's own profile. */
  userId: string;
}

/** A user's profile. Only its owner gets the e-mail address. A malformed id is an unknown user. */
export async function getProfile(
  { accounts }: Pick<AuthPorts, 'accounts'>,
  { callerId, userId }: GetProfileInput,
): Promise<Outcome<Profile, 'USER_NOT_FOUND'>> {
  const wanted = (userId || callerId).toLowerCase();
  const profile = isUuid(wanted) ? await accounts.findProfile(wanted) : undefined;
  if (profile === undefined) return { ok: false, reason: 'USER_NOT_FOUND', message: 'there is no such user' };
  return {
    ok: true,
    value:
      profile.id === callerId
        ? profile
        : {
            ...profile,
            email: '',
            phoneNumber: '',
            emailVerified: false,
            twoFactor: false,
            recoveryCodesLeft: 0,
          },
  };
}
