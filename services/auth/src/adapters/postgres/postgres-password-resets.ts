import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { PasswordResets, RevokedSession } from '../../application/ports.ts';
import { hashToken } from '../crypto/token-secrets.ts';
import { verifyAddress } from './postgres-email-verifications.ts';
import type { OnRevoked } from './postgres-sessions.ts';
import { queueMail } from './queue-mail.ts';

const FIND = `
  SELECT user_id, users.email, full_name AS "fullName" FROM mailed_links JOIN users ON users.id = user_id
  WHERE token_hash = $1 AND kind = 'password_reset' AND expires_at > clock_timestamp()
    AND coalesce(mailed_links.email, users.email) = users.email`;

// The account's row first, so that two links of one account are used one after the other.
const LOCK_OWNER =
  'SELECT email, email_verified_at AS "verifiedAt" FROM users WHERE id = $1 FOR NO KEY UPDATE';

const USE = `
  DELETE FROM mailed_links WHERE token_hash = $1 AND expires_at > clock_timestamp()`;

// Also an unconfirmed change of the address: perhaps somebody else asked for it.
const FORGET_OTHERS = 'DELETE FROM mailed_links WHERE user_id = $1';
const FORGET_CHANGE = `DELETE FROM account_mails WHERE user_id = $1 AND kind = 'email_change'`;

const SET_PASSWORD = 'UPDATE users SET password_hash = $2 WHERE id = $1';

const REVOKE_ALL = `
  UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'mailed_link'
  WHERE user_id = $1 AND revoked_at IS NULL RETURNING id, revoked_at AS "revokedAt"`;

/**
 * Resets of passwords in Postgres. A reset ends all sessions and all other links of the account, in one transaction. The link was mailed
 * to the account's address, so it confirms the address, too. With `mails`, the owner is told.
 */
export function createPostgresPasswordResets(
  pool: Pool,
  onRevoked: OnRevoked,
  { mails }: { mails: boolean },
): PasswordResets {
  return {
    async findOwner(token) {
      return (await pool.query<{ email: string; fullName: string }>(FIND, [hashToken(token)])).rows[0];
    },
    use(token, passwordHash) {
      const hash = hashToken(token);
      return transaction(pool, async (tx) => {
        const link = (await tx.query<{ user_id: string }>(FIND, [hash])).rows[0];
        if (link === undefined) return undefined;
        const found = await tx.query<{ email: string; verifiedAt: Date | null }>(LOCK_OWNER, [link.user_id]);
        const owner = found.rows[0];
        if (owner === undefined || (await tx.query(USE, [hash])).rowCount !== 1) return undefined;
        await tx.query(FORGET_OTHERS, [link.user_id]);
        await tx.query(FORGET_CHANGE, [link.user_id]);
        await tx.query(SET_PASSWORD, [link.user_id, passwordHash]);
        const ended = await tx.query<RevokedSession>(REVOKE_ALL, [link.user_id]);
        if (owner.verifiedAt === null) await verifyAddress(tx, { userId: link.user_id, email: owner.email });
        if (mails)
          await queueMail(tx, { kind: 'password_changed', email: owner.email, userId: link.user_id });
        tx.afterCommit(() => onRevoked(ended.rows));
        return { email: owner.email };
      });
    },
  };
}
