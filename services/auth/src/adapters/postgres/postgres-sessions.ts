import { createLogger } from '@gavel/observability/logger';
import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import type { Exchange, ListedSession, RevokedSession, Sessions } from '../../application/ports.ts';
import type { RefreshState } from '../../domain/refresh-decision.ts';
import { hashToken, newToken, openSuccessor, sealSuccessor } from '../crypto/token-secrets.ts';

const log = createLogger('sessions');

// FOR SHARE waits for a change of the password and then sees the new one: no session is opened with an old password.
const OPEN_SESSION = `
  WITH account AS (SELECT id FROM users WHERE id = $2 AND password_hash = $8 FOR SHARE),
  session AS (
    INSERT INTO sessions (id, user_id, ends_at, idle_ends_at, ip_address, user_agent)
    SELECT $1, id, now() + $3 * interval '1 ms', now() + least($3, $4) * interval '1 ms', $5, $6 FROM account
    RETURNING id)
  INSERT INTO refresh_tokens (token_hash, session_id) SELECT $7, id FROM session`;

const LOCK_SESSION = `
  SELECT id, user_id, ends_at, idle_ends_at, revoked_at,
         (SELECT email_verified_at IS NOT NULL FROM users WHERE users.id = user_id) AS email_verified
  FROM sessions
  WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) FOR UPDATE`;

// A separate statement, because the one that waits for the lock sees the token as it was before it waited.
// clock_timestamp() and not now(), which is the time of BEGIN and so may be earlier than the commit that it waited for.
const READ_TOKEN = `
  SELECT predecessor_hash, replaced_at, sealed_successor, clock_timestamp() AS now
  FROM refresh_tokens WHERE token_hash = $1`;

const REPLACE_TOKEN = `
  WITH replaced AS (
    UPDATE refresh_tokens SET replaced_at = clock_timestamp(), sealed_successor = $3 WHERE token_hash = $2),
  forgotten AS (UPDATE refresh_tokens SET sealed_successor = NULL WHERE token_hash = $4),
  used AS (UPDATE sessions SET idle_ends_at = $6, last_used_at = clock_timestamp() WHERE id = $1)
  INSERT INTO refresh_tokens (token_hash, session_id, predecessor_hash) VALUES ($5, $1, $2)`;

const REVOKE_FOR_REUSE = `UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'reuse' WHERE id = $1 RETURNING id, revoked_at AS "revokedAt"`;

const REVOKE_BY_TOKEN = `
  UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = $2
  WHERE id = (SELECT session_id FROM refresh_tokens WHERE token_hash = $1) AND revoked_at IS NULL
  RETURNING id, revoked_at AS "revokedAt"`;

const LIST = `
  SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", ip_address AS "ipAddress",
         user_agent AS "userAgent"
  FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND idle_ends_at > now()
  ORDER BY last_used_at DESC, id DESC LIMIT $2`;

// A session that has ended stays as it ended.
const REVOKE_ONE = `
  UPDATE sessions SET revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_for = coalesce(revoked_for, 'owner')
  WHERE user_id = $1 AND id = $2 RETURNING id, revoked_at AS "revokedAt"`;

const REVOKE_ALL = `
  UPDATE sessions SET revoked_at = clock_timestamp(), revoked_for = 'owner'
  WHERE user_id = $1 AND revoked_at IS NULL RETURNING id, revoked_at AS "revokedAt"`;

const IS_REVOKED = 'SELECT FROM sessions WHERE id = $1 AND revoked_at IS NULL';

const LIST_REVOKED = `
  SELECT id, revoked_at AS "revokedAt" FROM sessions
  WHERE revoked_at > clock_timestamp() - $1 * interval '1 ms'`;

// A day after the end, so that a client whose session has just ended still gets the reason, and pruning waits for no request.
const PRUNE = `
  DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions WHERE idle_ends_at < now() - interval '1 day'
    ORDER BY idle_ends_at LIMIT $1 FOR UPDATE SKIP LOCKED)`;

interface SessionRow {
  id: string;
  user_id: string;
  ends_at: Date;
  idle_ends_at: Date;
  revoked_at: Date | null;
  email_verified: boolean;
}

interface TokenRow {
  predecessor_hash: Buffer | null;
  replaced_at: Date | null;
  sealed_successor: Buffer | null;
  now: Date;
}

/** Called after the commit that revoked sessions. */
export type OnRevoked = (sessions: readonly RevokedSession[]) => void;

/** Sessions in Postgres. Tokens are stored as SHA-256. Under the session's row lock its tokens are used one after the other. */
export function createPostgresSessions(pool: Pool, onRevoked: OnRevoked): Sessions {
  const revoke = async (tx: Transaction, sql: string, values: unknown[]): Promise<number> => {
    const { rows } = await tx.query<RevokedSession>(sql, values);
    tx.afterCommit(() => onRevoked(rows));
    return rows.length;
  };
  return {
    async open(
      { userId, passwordHash, emailVerified },
      { ipAddress, userAgent },
      { lifetimeMs, idleMs },
      replacedToken,
    ) {
      const [sessionId, refreshToken] = [uuidv7(), newToken()];
      const secrets = [hashToken(refreshToken), passwordHash];
      const values = [sessionId, userId, lifetimeMs, idleMs, ipAddress, userAgent, ...secrets];
      return transaction(pool, async (tx) => {
        const opened = await tx.query(OPEN_SESSION, values);
        if (opened.rowCount !== 1) return undefined;
        if (replacedToken) await revoke(tx, REVOKE_BY_TOKEN, [hashToken(replacedToken), 'replaced']);
        return { userId, emailVerified, sessionId, refreshToken };
      });
    },
    exchange(refreshToken, decide) {
      const hash = hashToken(refreshToken);
      return transaction(pool, async (tx): Promise<Exchange> => {
        const session = (await tx.query<SessionRow>(LOCK_SESSION, [hash])).rows[0];
        const token = session && (await tx.query<TokenRow>(READ_TOKEN, [hash])).rows[0];
        if (!session || !token) return { kind: 'unknown' };
        const decision = decide(stateOf(session, token));
        const owner = { userId: session.user_id, sessionId: session.id };
        const opened = { ...owner, emailVerified: session.email_verified };
        switch (decision.kind) {
          case 'rotate': {
            const successor = await replaceToken(tx, session.id, refreshToken, token, decision.idleEndsAt);
            return { kind: 'issued', ...opened, refreshToken: successor };
          }
          case 'repeat': {
            if (token.sealed_successor === null)
              throw new Error('the token has no stored successor to return again');
            const successor = openSuccessor(token.sealed_successor, refreshToken);
            return { kind: 'issued', ...opened, refreshToken: successor };
          }
          case 'revoke': {
            await revoke(tx, REVOKE_FOR_REUSE, [session.id]);
            tx.afterCommit(() =>
              log.warn(owner, 'an old refresh token was used again; its session is revoked'),
            );
            return { kind: 'refused', reason: decision.reason };
          }
          case 'refuse':
            return { kind: 'refused', reason: decision.reason };
        }
      });
    },
    async revoke(refreshToken) {
      await transaction(pool, (tx) => revoke(tx, REVOKE_BY_TOKEN, [hashToken(refreshToken), 'logout']));
    },
    async list(userId, limit) {
      return (await pool.query<ListedSession>(LIST, [userId, limit])).rows;
    },
    async revokeOne(userId, sessionId) {
      return (await transaction(pool, (tx) => revoke(tx, REVOKE_ONE, [userId, sessionId]))) === 1;
    },
    async revokeAll(userId) {
      await transaction(pool, (tx) => revoke(tx, REVOKE_ALL, [userId]));
    },
    async isRevoked(sessionId) {
      return (await pool.query(IS_REVOKED, [sessionId])).rowCount === 0;
    },
    async listRevoked(sinceMs) {
      return (await pool.query<RevokedSession>(LIST_REVOKED, [sinceMs])).rows;
    },
    async prune(limit) {
      return (await pool.query(PRUNE, [limit])).rowCount ?? 0;
    },
  };
}

function stateOf(session: SessionRow, token: TokenRow): RefreshState {
  return {
    now: token.now,
    endsAt: session.ends_at,
    idleEndsAt: session.idle_ends_at,
    revoked: session.revoked_at !== null,
    replacedAt: token.replaced_at ?? undefined,
    justBeforeNewest: token.sealed_successor !== null,
  };
}

async function replaceToken(
  tx: Transaction,
  sessionId: string,
  presented: string,
  row: TokenRow,
  idleEndsAt: Date,
): Promise<string> {
  const successor = newToken();
  const sealed = sealSuccessor(successor, presented);
  const hashes = [row.predecessor_hash, hashToken(successor)];
  await tx.query(REPLACE_TOKEN, [sessionId, hashToken(presented), sealed, ...hashes, idleEndsAt]);
  return successor;
}
