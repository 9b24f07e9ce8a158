import type { Pool } from '@gavel/postgres/pool';
import type { Credentials, SignInChallenges } from '../../application/ports.ts';
import { hashToken, newToken } from '../crypto/token-secrets.ts';

const LIFETIME_MINUTES = 10;
// A person may mistype a code. Six digits cannot be guessed in this many tries.
const MOST_TRIES = 5;

const OPEN = `
  INSERT INTO sign_in_challenges (token_hash, user_id, password_hash, expires_at)
  VALUES ($1, $2, $3, clock_timestamp() + make_interval(mins => $4))`;

const TRY = `
  UPDATE sign_in_challenges c SET tries = tries + 1 FROM users u
  WHERE c.token_hash = $1 AND c.tries < $2 AND c.expires_at > clock_timestamp()
    AND u.id = c.user_id AND u.password_hash = c.password_hash
  RETURNING u.id AS "userId", u.full_name AS "fullName", u.email, u.password_hash AS "passwordHash",
    u.email_verified_at IS NOT NULL AS "emailVerified", true AS "twoFactor"`;

const END = 'DELETE FROM sign_in_challenges WHERE token_hash = $1';
const PRUNE = 'DELETE FROM sign_in_challenges WHERE expires_at < now()';

/** Sign-ins that wait for the second factor, in Postgres. The token is stored as SHA-256. */
export function createPostgresSignInChallenges(pool: Pool): SignInChallenges {
  return {
    async open({ userId, passwordHash }) {
      const token = newToken();
      await pool.query(OPEN, [hashToken(token), userId, passwordHash, LIFETIME_MINUTES]);
      return token;
    },
    async try(token) {
      return (await pool.query<Credentials>(TRY, [hashToken(token), MOST_TRIES])).rows[0];
    },
    async end(token) {
      await pool.query(END, [hashToken(token)]);
    },
    async prune() {
      await pool.query(PRUNE);
    },
  };
}
