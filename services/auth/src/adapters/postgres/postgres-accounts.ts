import { append } from '@gavel/outbox/append';
import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import type { Accounts, Credentials, Profile, RevokedSession } from '../../application/ports.ts';
import type { OnRevoked } from './postgres-sessions.ts';
import { queueMail } from './queue-mail.ts';

// ON CONFLICT waits for a concurrent insert of the same address. If that one commits, this one inserts nothing, without an error.
const INSERT_USER = `
  INSERT INTO users (id, email, password_hash, full_name, country_code, phone_number)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (lower(email COLLATE "C")) DO NOTHING
  RETURNING version, created_at AS "createdAt"`;

const TWO_FACTOR = `EXISTS (SELECT FROM two_factor t WHERE t.user_id = users.id AND t.enabled_at IS NOT NULL) AS "twoFactor"`;

const FIND_CREDENTIALS = `
  SELECT id AS "userId", full_name AS "fullName", email, password_hash AS "passwordHash",
         email_verified_at IS NOT NULL AS "emailVerified", ${TWO_FACTOR}
  FROM users WHERE lower(email COLLATE "C") = lower($1 COLLATE "C")`;

const FIND_CREDENTIALS_OF = `
  SELECT id AS "userId", full_name AS "fullName", email, password_hash AS "passwordHash",
         email_verified_at IS NOT NULL AS "emailVerified", ${TWO_FACTOR}
  FROM users WHERE id = $1`;

const CHANGE_PASSWORD = 'UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2';

// An unconfirmed change of the address, and links to choose another password: perhaps somebody else asked for them.
const FORGET_LINKS = `DELETE FROM mailed_links WHERE user_id = $1 AND kind <> 'email_verification'`;
const FORGET_CHANGE = `DELETE FROM account_mails WHERE user_id = $1 AND kind = 'email_change'`;

const REVOKE_OTHERS = `
  UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'password'
  WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL
  RETURNING id, revoked_at AS "revokedAt"`;

const FIND_PROFILE = `
  SELECT id, email, full_name AS "fullName", avatar_url AS "avatarUrl", country_code AS "countryCode",
         phone_number AS "phoneNumber", created_at AS "createdAt", email_verified_at IS NOT NULL AS "emailVerified", ${TWO_FACTOR},
         (SELECT count(*)::integer FROM recovery_codes r WHERE r.user_id = users.id) AS "recoveryCodesLeft"
  FROM users WHERE id = $1`;

/**
 * Accounts in Postgres. A new account, its UserCreated in the outbox and, with `mails`, the mail to confirm its address are one
 * transaction.
 */
export function createPostgresAccounts(
  pool: Pool,
  onRevoked: OnRevoked,
  { mails }: { mails: boolean },
): Accounts {
  return {
    create(account) {
      const { id, email, passwordHash, fullName, countryCode, phoneNumber } = account;
      return transaction(pool, async (tx) => {
        const values = [id, email, passwordHash, fullName, countryCode, phoneNumber];
        const { rows } = await tx.query<{ version: bigint; createdAt: Date }>(INSERT_USER, values);
        const row = rows[0];
        if (row === undefined) return false;
        const body = { userId: id, email, fullName, countryCode, createdAt: row.createdAt.toISOString() };
        const event = { schema: UserCreatedSchema, body, aggregateId: id, sequence: row.version };
        await append(tx, [{ ...event, time: row.createdAt }]);
        if (mails) await queueMail(tx, { kind: 'email_verification', email, userId: id });
        return true;
      });
    },
    async findCredentials(email) {
      return (await pool.query<Credentials>(FIND_CREDENTIALS, [email])).rows[0];
    },
    async findCredentialsOf(userId) {
      return (await pool.query<Credentials>(FIND_CREDENTIALS_OF, [userId])).rows[0];
    },
    changePassword(from, passwordHash, keptSession) {
      return transaction(pool, async (tx) => {
        // The row's lock makes a sign-in with the old password wait; it then opens no session.
        const changed = await tx.query(CHANGE_PASSWORD, [from.userId, from.passwordHash, passwordHash]);
        if (changed.rowCount !== 1) return false;
        await tx.query(FORGET_LINKS, [from.userId]);
        await tx.query(FORGET_CHANGE, [from.userId]);
        if (mails && from.emailVerified)
          await queueMail(tx, { kind: 'password_changed', email: from.email, userId: from.userId });
        const ended = await tx.query<RevokedSession>(REVOKE_OTHERS, [from.userId, keptSession ?? null]);
        tx.afterCommit(() => onRevoked(ended.rows));
        return true;
      });
    },
    async findProfile(userId) {
      const { rows } = await pool.query<Profile>(FIND_PROFILE, [userId]);
      return rows[0];
    },
  };
}
