import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Passwords } from '../application/ports.ts';

// Argon2id (the library's default algorithm) with OWASP's first recommended parameters: 19 MiB, two passes, one lane
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id. Passwords are put into Unicode form NFKC first (NIST SP 800-63B): the same keys on two keyboards must agree. */
export async function createArgon2Passwords(): Promise<Passwords> {
  const nobodysHash = await hash(randomBytes(32), PARAMETERS);
  return {
    hash: (password) => hash(password.normalize('NFKC'), PARAMETERS),
    async verify(passwordHash, password) {
      const matches = await verify(passwordHash ?? nobodysHash, password.normalize('NFKC'));
      return matches && passwordHash !== undefined;
    },
  };
}
