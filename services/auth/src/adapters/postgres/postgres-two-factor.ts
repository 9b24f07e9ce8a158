import type { Pool } from '@gavel/postgres/pool';
import { type Transaction, transaction } from '@gavel/postgres/transaction';
import type { TwoFactor } from '../../application/ports.ts';
import { openText, sealText } from '../crypto/sealed-text.ts';
import { hashToken } from '../crypto/token-secrets.ts';
import { newRecoveryCodes, newTotpSecret, readRecoveryCode, stepOfCode, totpUri } from '../crypto/totp.ts';
import { queueMail } from './queue-mail.ts';

// A secret that is in force stays.
const START = `
  INSERT INTO two_factor AS known (user_id, sealed_secret) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = 0
  WHERE known.enabled_at IS NULL`;

// The row's lock makes two requests with one code take turns: the second one finds the code used.
const LOCK = `
  SELECT sealed_secret AS sealed, enabled_at IS NOT NULL AS enabled, last_step AS "lastStep", clock_timestamp() AS now
  FROM two_factor WHERE user_id = $1 FOR UPDATE`;

const USE_STEP = 'UPDATE two_factor SET last_step = $2 WHERE user_id = $1';
const ENABLE = 'UPDATE two_factor SET enabled_at = clock_timestamp() WHERE user_id = $1';
const STORE_CODES = 'INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])';
const USE_RECOVERY = 'DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2';
const DISABLE = 'DELETE FROM two_factor WHERE user_id = $1';

interface Row {
  sealed: Buffer;
  enabled: boolean;
  lastStep: bigint;
  now: Date;
}

export interface TwoFactorOptions {
  /** The key that encrypts the secrets. */
  sealingKey: Buffer;
  /** Whether the owner is told by mail. */
  mails: boolean;
}

/** Second factors in Postgres. Secrets are encrypted for their person; recovery codes are hashes. */
export function createPostgresTwoFactor(pool: Pool, { sealingKey, mails }: TwoFactorOptions): TwoFactor {
  const lock = async (tx: Transaction, userId: string) => (await tx.query<Row>(LOCK, [userId])).rows[0];

  const useTotp = async (tx: Transaction, userId: string, row: Row, code: string): Promise<boolean> => {
    const step = stepOfCode(openText(row.sealed, sealingKey, userId), code, row.now);
    if (step === undefined || BigInt(step) <= row.lastStep) return false;
    await tx.query(USE_STEP, [userId, step]);
    return true;
  };

  const useAny = async (tx: Transaction, userId: string, row: Row, code: string): Promise<boolean> => {
    const recovery = readRecoveryCode(code);
    if (recovery === undefined) return useTotp(tx, userId, row, code);
    return (await tx.query(USE_RECOVERY, [userId, hashToken(recovery)])).rowCount === 1;
  };

  return {
    async start({ userId, email }) {
      const secret = newTotpSecret();
      const stored = await transaction(pool, (tx) =>
        tx.query(START, [userId, sealText(secret, sealingKey, userId)]),
      );
      return stored.rowCount === 1 ? { secret, uri: totpUri(secret, email) } : undefined;
    },
    enable({ userId, email, emailVerified }, code) {
      return transaction(pool, async (tx) => {
        const row = await lock(tx, userId);
        if (row === undefined || row.enabled) return 'not-started';
        if (!(await useTotp(tx, userId, row, code))) return 'wrong';
        const codes = newRecoveryCodes();
        await tx.query(ENABLE, [userId]);
        await tx.query(STORE_CODES, [userId, codes.map(hashToken)]);
        if (mails && emailVerified) await queueMail(tx, { kind: 'two_factor_on', email, userId });
        return codes;
      });
    },
    use(userId, code) {
      return transaction(pool, async (tx) => {
        const row = await lock(tx, userId);
        return row?.enabled === true && (await useAny(tx, userId, row, code));
      });
    },
    disable({ userId, email, emailVerified }, code) {
      return transaction(pool, async (tx) => {
        const row = await lock(tx, userId);
        if (row?.enabled !== true) return 'not-started';
        if (!(await useAny(tx, userId, row, code))) return 'wrong';
        await tx.query(DISABLE, [userId]);
        if (mails && emailVerified) await queueMail(tx, { kind: 'two_factor_off', email, userId });
        return 'disabled';
      });
    },
  };
}
