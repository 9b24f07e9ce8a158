import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { EmailVerifiedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import type { EmailVerifications } from '../../application/ports.ts';
import { hashToken } from '../crypto/token-secrets.ts';
import { queueMail } from './queue-mail.ts';

const FIND_LINK = `
  SELECT user_id AS "userId", email FROM mailed_links
  WHERE token_hash = $1 AND kind IN ('email_verification', 'email_change') AND expires_at > clock_timestamp()`;

// The account's row first, as in a reset of the password, so that links of one account are used one after the other.
const LOCK_OWNER = 'SELECT email, email_verified_at AS "verifiedAt" FROM users WHERE id = $1 FOR UPDATE';

const USE_LINK = 'DELETE FROM mailed_links WHERE token_hash = $1 AND expires_at > clock_timestamp()';

const IS_TAKEN = `
  SELECT FROM users WHERE lower(email COLLATE "C") = lower($1 COLLATE "C") AND id <> $2`;

const VERIFY = `
  UPDATE users SET email = $2, email_verified_at = clock_timestamp(), version = version + 1
  WHERE id = $1 RETURNING version, email_verified_at AS "verifiedAt"`;

// A link that was mailed to the former address must not open the account any more.
const FORGET_LINKS = 'DELETE FROM mailed_links WHERE user_id = $1';

interface Owner {
  email: string;
  verifiedAt: Date | null;
}

/** Confirmations of addresses in Postgres. With `mails`, the former address is told when it is replaced. */
export function createPostgresEmailVerifications(
  pool: Pool,
  { mails }: { mails: boolean },
): EmailVerifications {
  const useLink = async (tx: Transaction, hash: Buffer): Promise<'verified' | 'unknown' | 'taken'> => {
    const link = (await tx.query<{ userId: string; email: string }>(FIND_LINK, [hash])).rows[0];
    if (link === undefined) return 'unknown';
    const owner = (await tx.query<Owner>(LOCK_OWNER, [link.userId])).rows[0];
    if (owner === undefined || (await tx.query(USE_LINK, [hash])).rowCount !== 1) return 'unknown';
    if (((await tx.query(IS_TAKEN, [link.email, link.userId])).rowCount ?? 0) > 0) return 'taken';
    await verifyAddress(tx, link);
    if (owner.email === link.email) return 'verified';
    await tx.query(FORGET_LINKS, [link.userId]);
    if (mails && owner.verifiedAt !== null)
      await queueMail(tx, { kind: 'email_changed', email: owner.email, userId: link.userId });
    return 'verified';
  };
  return {
    use: (token) => transaction(pool, (tx) => useLink(tx, hashToken(token))),
  };
}

/** Stores that the person owns the address, with its event. The caller has locked the account's row. */
export async function verifyAddress(
  tx: Transaction,
  { userId, email }: { userId: string; email: string },
): Promise<void> {
  const { rows } = await tx.query<{ version: bigint; verifiedAt: Date }>(VERIFY, [userId, email]);
  for (const { version, verifiedAt } of rows) {
    const body = { userId, email, verifiedAt: verifiedAt.toISOString() };
    const event = { schema: EmailVerifiedSchema, body, aggregateId: userId, sequence: version };
    await append(tx, [{ ...event, time: verifiedAt }]);
  }
}
