import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A new refresh token or secret of a mailed link: 256 random bits in base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The form in which the database stores a token. A plain SHA-256 is enough, because nobody can guess 256 random bits. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/**
 * Encrypts a refresh token with a key that is derived from the token it replaces. The database has only the hash of the replaced
 * token, so a copy of the database cannot decrypt it, but a client that presents the replaced token again can get the same
 * successor. The successor itself is random: an old token and the whole database do not reveal later tokens.
 */
export function sealSuccessor(successor: string, presented: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(presented), nonce);
  const sealed = Buffer.concat([cipher.update(successor, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Decrypts a successor. Throws when it was encrypted for another token. */
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
