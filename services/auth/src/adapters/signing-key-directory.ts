import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { DatedKey } from '../domain/signing-key-choice.ts';

/** A private key that signs access tokens, and what is published of it. */
export interface SigningKey extends DatedKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  algorithm: 'EdDSA' | 'ES256';
  privateKey: KeyObject;
  publicJwk: JWK;
}

const FIRST_KEY = '0001.pem';

/**
 * Makes the first key, an Ed25519 one, mode 600, when the directory holds none. Of several processes that start at
 * once one makes it and all then read the same.
 */
export async function ensureSigningKey(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await keyFiles(directory)).length === 0) await makeKey(directory, FIRST_KEY);
}

/**
 * Reads the private keys (`*.pem`, PKCS #8, Ed25519 or P-256) of a directory. Throws when there are none, or one is
 * unusable or open to everybody.
 */
export async function readSigningKeys(directory: string): Promise<SigningKey[]> {
  const names = await keyFiles(directory);
  if (names.length === 0) throw new Error('there are no signing keys');
  return Promise.all(names.map((name) => readKey(directory, name)));
}

/** Makes the next key of a directory, `0002.pem` after `0001.pem`, and returns its file name. */
export async function addSigningKey(directory: string): Promise<string> {
  const numbers = (await keyFiles(directory)).map((name) => Number.parseInt(name, 10) || 0);
  const name = `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}.pem`;
  if (!(await makeKey(directory, name))) throw new Error(`${name} was made by somebody else just now`);
  return name;
}

async function keyFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.pem')).sort();
}

// Written whole under another name and then linked: a reader never sees half a key, and link, unlike rename, fails
// when somebody else's key has the name already.
async function makeKey(directory: string, name: string): Promise<boolean> {
  const draft = join(directory, `.${uuidv7()}.draft`);
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
    await link(draft, join(directory, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

async function readKey(directory: string, name: string): Promise<SigningKey> {
  const path = join(directory, name);
  const { mode, mtime } = await stat(path);
  if (mode & 0o007) throw new Error(`signing key ${name} is open to everybody: make it mode 600`);
  const privateKey = createPrivateKey(await readFile(path));
  const algorithm = algorithmOf(privateKey);
  if (!algorithm) throw new Error(`signing key ${name} is neither Ed25519 nor P-256`);
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const publicJwk = { ...jwk, kid, alg: algorithm, use: 'sig' };
  return { name, writtenAt: mtime, kid, algorithm, privateKey, publicJwk };
}

function algorithmOf(key: KeyObject): SigningKey['algorithm'] | undefined {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return key.asymmetricKeyType === 'ec' && curve === 'prime256v1' ? 'ES256' : undefined;
}
