import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import type { HashQueue, Passwords } from '../../application/ports.ts';
import { createCommonPasswords } from './common-passwords.ts';

// Argon2id (the library's default algorithm) with OWASP's first recommended parameters: 19 MiB, two passes, one lane
// (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html).
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Argon2id. Passwords are normalised to NFKC first (NIST SP 800-63B), because keyboards encode the same letter differently. */
export async function createArgon2Passwords(): Promise<Passwords> {
  const hashOfNobody = await hash(randomBytes(32), PARAMETERS);
  return {
    isCommon: createCommonPasswords(),
    hash: (password) => hash(password.normalize('NFKC'), PARAMETERS),
    async verify(passwordHash, password) {
      const matches = await verify(passwordHash ?? hashOfNobody, password.normalize('NFKC'));
      return matches && passwordHash !== undefined;
    },
  };
}

export interface HashQueueOptions {
  /** How many run at the same time. */
  readonly concurrency: number;
  /** How many may wait. */
  readonly queue: number;
}

/**
 * A queue within this process. It uses p-limit and not cockatiel's bulkhead: there a new arrival can overtake a waiting one,
 * which is then rejected if the queue is full.
 */
export function createHashQueue({ concurrency, queue }: HashQueueOptions): HashQueue {
  const limit = pLimit(concurrency);
  return {
    async run(work) {
      if (limit.activeCount >= concurrency && limit.pendingCount >= queue) return undefined;
      return limit(work);
    },
  };
}
