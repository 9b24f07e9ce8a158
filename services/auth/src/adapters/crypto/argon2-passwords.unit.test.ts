import * as argon2 from '@node-rs/argon2';
import { parseOptions } from '@node-rs/argon2';
import { describe, expect, it, vi } from 'vitest';
import { createArgon2Passwords } from './argon2-passwords.ts';

// Calls the real functions and records the calls.
vi.mock('@node-rs/argon2', { spy: true });

describe('passwords', async () => {
  const passwords = await createArgon2Passwords();

  it('are hashed with Argon2id and the parameters that OWASP recommends', async () => {
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(hash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    expect(await passwords.hash('correct horse')).not.toBe(hash);
  });

  it('match in any Unicode composition of their letters, and never without an account', async () => {
    const hash = await passwords.hash('caf\u00e9-\u00e9t\u00e9');
    expect(await passwords.verify(hash, 'cafe\u0301-e\u0301te\u0301')).toBe(true);
    expect(await passwords.verify(hash, 'cafe-ete')).toBe(false);
    expect(await passwords.verify(undefined, 'caf\u00e9-\u00e9t\u00e9')).toBe(false);
  });

  it('without an account, a hash with the same parameters is verified as with one', async () => {
    const verify = vi.mocked(argon2.verify);
    const hash = await passwords.hash('right');
    verify.mockClear();
    for (const stored of [hash, undefined]) expect(await passwords.verify(stored, 'wrong')).toBe(false);
    expect(verify).toHaveBeenCalledTimes(2);
    const [known, unknown] = verify.mock.calls.map(([stored, password]) => ({
      cost: parseOptions(String(stored)),
      length: String(stored).length,
      password,
    }));
    expect(unknown).toEqual(known);
    expect(await Promise.all(verify.mock.results.map((result) => result.value))).toEqual([false, false]);
  });
});
