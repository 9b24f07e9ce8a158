import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretFile } from '../jwt/signing-key-directory.ts';

const FILE = 'sealing.key';

/**
 * The key that encrypts secrets in the database: 32 bytes, in base64, in a file beside the signing keys. Creates it if there is none; with
 * any number of instances, once. Throws when the file holds no such key, or cannot be created.
 */
export async function readSealingKey(directory: string): Promise<Buffer> {
  const found = await readIfPresent(join(directory, FILE));
  if (found === undefined) await createSecretFile(directory, FILE, randomBytes(32).toString('base64'));
  const key = Buffer.from(found ?? (await readFile(join(directory, FILE), 'utf8')), 'base64');
  if (key.length !== 32) throw new Error(`${FILE} must hold 32 random bytes in base64`);
  return key;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
