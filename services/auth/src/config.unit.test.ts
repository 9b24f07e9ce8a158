import { describe, expect, it } from 'vitest';
import { readAuthConfig } from './config.ts';

const env = {
  PORT: '4001',
  DATABASE_URL: 'postgresql://auth@127.0.0.1/gavel_auth',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AUTH_SIGNING_KEYS_DIR: 'keys',
};

describe('configuration', () => {
  it('needs a port, a database, Redis and a directory for keys, and has defaults for the rest', () => {
    expect(readAuthConfig(env)).toMatchObject({
      HOST: '127.0.0.1',
      AUTH_ISSUER: 'http://auth.gavel',
      AUTH_AUDIENCE: 'gavel',
      AUTH_ACCESS_TOKEN_SECONDS: 900,
      AUTH_SESSION_SECONDS: 30 * 24 * 3600,
      AUTH_SESSION_IDLE_SECONDS: 14 * 24 * 3600,
      AUTH_DEVICE_TOKEN_SECONDS: 180 * 24 * 3600,
      AUTH_REFRESH_GRACE_SECONDS: 10,
      AUTH_TRUSTED_PEERS: ['127.0.0.0/8', '::1/128'],
    });
    expect(readAuthConfig({ ...env, AUTH_TRUSTED_PEERS: '10.0.0.0/8, ::1/128' }).AUTH_TRUSTED_PEERS).toEqual([
      '10.0.0.0/8',
      '::1/128',
    ]);
  });

  it('can require confirmed e-mail addresses only with a mail server', () => {
    const strict = { ...env, AUTH_REQUIRE_VERIFIED_EMAIL: 'true' };
    expect(() => readAuthConfig(strict)).toThrow(/SMTP_URL: is needed with AUTH_REQUIRE_VERIFIED_EMAIL/);
    const withMail = { ...strict, SMTP_URL: 'smtp://mail', WEB_URL: 'https://gavel.example' };
    expect(readAuthConfig(withMail).AUTH_REQUIRE_VERIFIED_EMAIL).toBe(true);
    expect(readAuthConfig(env).AUTH_REQUIRE_VERIFIED_EMAIL).toBe(false);
  });

  it('names all bad keys in one error', () => {
    const bad = { AUTH_TRUSTED_PEERS: 'everybody', AUTH_LIMIT_LOGIN_FAILURES: '0' };
    let message = '';
    try {
      readAuthConfig(bad);
    } catch (error) {
      message = (error as Error).message;
    }
    const required = ['PORT', 'DATABASE_URL', 'AUTH_SIGNING_KEYS_DIR', 'REDIS_URL'];
    for (const key of [...required, ...Object.keys(bad)]) expect(message).toContain(key);
    expect(message).not.toContain('everybody');
  });
});
