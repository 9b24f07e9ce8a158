import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import type { AccountMails, ClaimedMail } from '../../application/ports.ts';
import { hashToken, newToken } from '../crypto/token-secrets.ts';

// The same statement for an address with an account and without one.
const QUEUE = `
  INSERT INTO account_mails (id, kind, email) VALUES ($1, $2, $3) ON CONFLICT (kind, email) DO NOTHING`;

// No other sender gets the mail for two minutes, which is longer than an attempt can take.
const CLAIM = `
  WITH due AS (
    SELECT id FROM account_mails WHERE next_attempt_at <= clock_timestamp()
    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE account_mails m SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + interval '2 min'
  FROM due WHERE m.id = due.id RETURNING m.id, m.kind, m.email, m.attempts`;

const FIND_OWNER = `
  SELECT id, email FROM users WHERE lower(email COLLATE "C") = lower($1 COLLATE "C")`;

const STORE_LINK = `
  INSERT INTO mailed_links (token_hash, kind, user_id, expires_at)
  VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')`;

const REMOVE = 'DELETE FROM account_mails WHERE id = $1';

const RETRY = `
  UPDATE account_mails SET next_attempt_at = clock_timestamp() + $2 * interval '1 ms' WHERE id = $1`;

const PRUNE_LINKS = 'DELETE FROM mailed_links WHERE expires_at < now()';

interface ClaimedRow {
  id: string;
  kind: ClaimedMail['kind'];
  email: string;
  attempts: number;
}

/** Mails in Postgres. The secret of a link exists in clear text only in the mail. */
export function createPostgresAccountMails(pool: Pool, linkLifetimeMs: number): AccountMails {
  const claimOne = async (tx: Transaction): Promise<ClaimedMail | 'nobody' | undefined> => {
    const row = (await tx.query<ClaimedRow>(CLAIM)).rows[0];
    if (row === undefined) return undefined;
    const owner = (await tx.query<{ id: string; email: string }>(FIND_OWNER, [row.email])).rows[0];
    if (owner === undefined) {
      await tx.query(REMOVE, [row.id]);
      return 'nobody';
    }
    const token = newToken();
    await tx.query(STORE_LINK, [hashToken(token), row.kind, owner.id, linkLifetimeMs]);
    const { id, kind, attempts } = row;
    return { id, kind, attempts, token, to: owner.email };
  };
  return {
    async queue(kind, email) {
      await transaction(pool, (tx) => tx.query(QUEUE, [uuidv7(), kind, email]));
    },
    async claim() {
      for (;;) {
        const claimed = await transaction(pool, claimOne);
        if (claimed !== 'nobody') return claimed;
      }
    },
    async remove(id) {
      await pool.query(REMOVE, [id]);
    },
    async retryIn(id, ms) {
      await pool.query(RETRY, [id, ms]);
    },
    async pruneLinks() {
      await pool.query(PRUNE_LINKS);
    },
  };
}
