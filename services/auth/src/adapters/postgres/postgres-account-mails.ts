import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { AccountMails, ClaimedMail, LinkKind } from '../../application/ports.ts';
import { hashToken, newToken } from '../crypto/token-secrets.ts';
import { queueMail } from './queue-mail.ts';

// No other sender gets the mail for two minutes, which is longer than an attempt can take.
const CLAIM = `
  WITH due AS (
    SELECT id FROM account_mails WHERE next_attempt_at <= clock_timestamp()
    ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  UPDATE account_mails m SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + interval '2 min'
  FROM due WHERE m.id = due.id RETURNING m.id, m.kind, m.email, m.user_id, m.attempts`;

const FIND_OWNER = `
  SELECT id, email, email_verified_at IS NOT NULL AS verified FROM users
  WHERE CASE WHEN $2::uuid IS NULL THEN lower(email COLLATE "C") = lower($1 COLLATE "C") ELSE id = $2 END`;

const STORE_LINK = `
  INSERT INTO mailed_links (token_hash, kind, user_id, email, expires_at)
  VALUES ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 ms')`;

const REMOVE = 'DELETE FROM account_mails WHERE id = $1';

const RETRY = `
  UPDATE account_mails SET next_attempt_at = clock_timestamp() + $2 * interval '1 ms' WHERE id = $1`;

const PRUNE_LINKS = 'DELETE FROM mailed_links WHERE expires_at < now()';

interface ClaimedRow {
  id: string;
  kind: ClaimedMail['kind'];
  email: string;
  user_id: string | null;
  attempts: number;
}

interface Owner {
  id: string;
  email: string;
  verified: boolean;
}

/** How long the link in a mail of each kind is valid, in milliseconds. Other mails have no link. */
export type LinkLifetimes = Readonly<Record<LinkKind, number>>;

/** Mails in Postgres. The secret of a link exists in clear text only in the mail. */
export function createPostgresAccountMails(pool: Pool, lifetimes: LinkLifetimes): AccountMails {
  const claimOne = async (tx: Transaction): Promise<ClaimedMail | 'nobody' | undefined> => {
    const row = (await tx.query<ClaimedRow>(CLAIM)).rows[0];
    if (row === undefined) return undefined;
    const owner = (await tx.query<Owner>(FIND_OWNER, [row.email, row.user_id])).rows[0];
    if (owner === undefined || isPointless(row, owner)) {
      await tx.query(REMOVE, [row.id]);
      return 'nobody';
    }
    const { id, kind, attempts, email } = row;
    if (!isLinkKind(kind)) return { id, kind, attempts, to: email };
    const token = newToken();
    await tx.query(STORE_LINK, [hashToken(token), kind, owner.id, email, lifetimes[kind]]);
    return { id, kind, attempts, token, to: email, verifies: kind !== 'password_reset' || !owner.verified };
  };
  const isLinkKind = (kind: ClaimedMail['kind']): kind is LinkKind => Object.hasOwn(lifetimes, kind);
  return {
    async queue(...mails) {
      await transaction(pool, async (tx) => {
        for (const mail of mails) await queueMail(tx, mail);
      });
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

/**
 * True for a mail that has lost its purpose since somebody asked for it: the account has another address, or it is confirmed. Nobody is told
 * about wrong passwords at an address that is not confirmed.
 */
function isPointless({ kind, email }: ClaimedRow, owner: Owner): boolean {
  if (kind === 'email_verification') return owner.email !== email || owner.verified;
  if (kind === 'email_change') return owner.email === email;
  if (kind === 'sign_in_locked') return owner.email !== email || !owner.verified;
  return kind === 'password_changed' && owner.email !== email;
}
