import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { PasswordResets, RevokedSession } from '../../application/ports.ts';
import { hashToken } from '../crypto/token-secrets.ts';
import type { OnRevoked } from './postgres-sessions.ts';

const FIND = `
  SELECT user_id, email, full_name AS "fullName" FROM mailed_links JOIN users ON users.id = user_id
  WHERE token_hash = $1 AND kind = 'password_reset' AND expires_at > clock_timestamp()`;

// The account's row first, so that two links of one account are used one after the other.
const LOCK_OWNER = 'SELECT email FROM users WHERE id = $1 FOR NO KEY UPDATE';

const USE = `
  DELETE FROM mailed_links WHERE token_hash = $1 AND expires_at > clock_timestamp()`;

const FORGET_OTHERS = `DELETE FROM mailed_links WHERE user_id = $1 AND kind = 'password_reset'`;

const SET_PASSWORD = 'UPDATE users SET password_hash = $2 WHERE id = $1';

const REVOKE_ALL = `
  UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'mailed_link'
  WHERE user_id = $1 AND revoked_at IS NULL RETURNING id, revoked_at AS "revokedAt"`;

/** Resets of passwords in Postgres. A reset ends all sessions and all other links of the account, in one transaction. */
export function createPostgresPasswordResets(pool: Pool, onRevoked: OnRevoked): PasswordResets {
  return {
    async findOwner(token) {
      return (await pool.query<{ email: string; fullName: string }>(FIND, [hashToken(token)])).rows[0];
    },
    use(token, passwordHash) {
      const hash = hashToken(token);
      return transaction(pool, async (tx) => {
        const link = (await tx.query<{ user_id: string }>(FIND, [hash])).rows[0];
        if (link === undefined) return undefined;
        const owner = (await tx.query<{ email: string }>(LOCK_OWNER, [link.user_id])).rows[0];
        if (owner === undefined || (await tx.query(USE, [hash])).rowCount !== 1) return undefined;
        await tx.query(FORGET_OTHERS, [link.user_id]);
        await tx.query(SET_PASSWORD, [link.user_id, passwordHash]);
        const ended = await tx.query<RevokedSession>(REVOKE_ALL, [link.user_id]);
        tx.afterCommit(() => onRevoked(ended.rows));
        return owner;
      });
    },
  };
}
