import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new refresh token: 256 random bits in base64url. */
export function newRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database knows of a token. A plain hash is enough: there are no 256-bit dictionaries. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/**
 * Encrypts a successor under a key derived from the token it replaces. The database keeps the hash of that token,
 * not the token, so a copy of the database opens nothing; who presents the token again gets the same successor.
 * A successor stays random: knowing an old token and the whole database still does not give today's.
 */
export function sealSuccessor(successor: string, presented: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(presented), nonce);
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Decrypts a sealed successor. Throws when it was not sealed under this token. */
export function openSuccessor(sealed: Buffer, presented: string): string {
  const decipher = createDecipheriv(CIPHER, sealingKey(presented), sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const opened = [decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
  return Buffer.concat(opened).toString('utf8');
}

function sealingKey(presented: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', presented, '', 'gavel refresh successor', 32));
}
