import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addSigningKey, ensureSigningKey, readSigningKeys } from './signing-key-directory.ts';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'signing-keys-')), 'keys');
});
afterEach(() => rm(join(directory, '..'), { recursive: true }));

describe('a directory of signing keys', () => {
  it('gets one key, readable by its owner only, when many processes start with an empty one at the same time', async () => {
    const kids = await Promise.all(
      Array.from({ length: 12 }, async () => {
        await ensureSigningKey(directory);
        return (await readSigningKeys(directory)).map((key) => key.kid);
      }),
    );
    expect(new Set(kids.flat()).size).toBe(1);
    expect(await readdir(directory)).toEqual(['0001.pem']);
    expect((await stat(join(directory, '0001.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('has the public part of every key for publication, and no private part in it', async () => {
    await ensureSigningKey(directory);
    expect(await addSigningKey(directory)).toBe('0002.pem');
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    await writeFile(join(directory, '0003.pem'), pem, { mode: 0o600 });
    const keys = await readSigningKeys(directory);
    expect(keys.map((key) => [key.name, key.algorithm])).toEqual([
      ['0001.pem', 'EdDSA'],
      ['0002.pem', 'EdDSA'],
      ['0003.pem', 'ES256'],
    ]);
    for (const { kid, publicJwk } of keys) {
      expect(publicJwk).toMatchObject({ kid, use: 'sig' });
      expect(publicJwk).not.toHaveProperty('d');
    }
  });

  it('is rejected when a key is open to everybody or of another kind, or when there is no key', async () => {
    await ensureSigningKey(directory);
    await chmod(join(directory, '0001.pem'), 0o604);
    await expect(readSigningKeys(directory)).rejects.toThrow('0001.pem is open to everybody');
    await chmod(join(directory, '0001.pem'), 0o600);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await writeFile(join(directory, '0002.pem'), rsa.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
    await expect(readSigningKeys(directory)).rejects.toThrow('0002.pem is neither Ed25519 nor P-256');
    await rm(join(directory, '0001.pem'));
    await rm(join(directory, '0002.pem'));
    await expect(readSigningKeys(directory)).rejects.toThrow('no signing keys');
  });
});
