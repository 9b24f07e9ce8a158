import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { openText, sealText } from './sealed-text.ts';

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
  return sealText(successor, sealingKey(presented));
}

/** Decrypts a successor. Throws when it was encrypted for another token. */
export function openSuccessor(sealed: Buffer, presented: string): string {
  return openText(sealed, sealingKey(presented));
}

function sealingKey(presented: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', presented, '', 'gavel refresh successor', 32));
}
