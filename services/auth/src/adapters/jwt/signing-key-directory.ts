import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { DatedKey } from '../../domain/signing-key-choice.ts';

/** A private key that signs access tokens, and its public part. */
export interface SigningKey extends DatedKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  algorithm: 'EdDSA' | 'ES256';
  privateKey: KeyObject;
  publicJwk: JWK;
}

const FIRST_KEY = '0001.pem';

/**
 * Creates the directory and its first key (Ed25519, mode 600) if there is no key yet. If several processes start at the same
 * time, one of them creates the key and all of them read the same one.
 */
export async function ensureSigningKey(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await keyFiles(directory)).length === 0) await createSecretFile(directory, FIRST_KEY, newKey());
}

/**
 * Reads the private keys (`*.pem`, PKCS #8, Ed25519 or P-256) of a directory. Throws when there are none, or when one of them
 * cannot be used or can be read by every user of the machine.
 */
export async function readSigningKeys(directory: string): Promise<SigningKey[]> {
  const names = await keyFiles(directory);
  if (names.length === 0) throw new Error('there are no signing keys');
  return Promise.all(names.map((name) => readKey(directory, name)));
}

/** Creates the next key of a directory, `0002.pem` after `0001.pem`, and returns its file name. */
export async function addSigningKey(directory: string): Promise<string> {
  const numbers = (await keyFiles(directory)).map((name) => Number.parseInt(name, 10) || 0);
  const name = `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}.pem`;
  if (!(await createSecretFile(directory, name, newKey())))
    throw new Error(`another process has just created ${name}`);
  return name;
}

async function keyFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.pem')).sort();
}

function newKey(): string | Buffer {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
}

/**
 * Creates a file with mode 600. False when there is one with this name. It writes the whole file under another name and then links it: a
 * reader never sees half a file, and link, unlike rename, fails when the name already exists.
 */
export async function createSecretFile(
  directory: string,
  name: string,
  content: string | Buffer,
): Promise<boolean> {
  const draft = join(directory, `.${uuidv7()}.draft`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(content);
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
  if (mode & 0o007) throw new Error(`signing key ${name} is open to everybody: change its mode to 600`);
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
