import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createJwtDeviceTokens } from './device-tokens.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const email = 'ann@example.com';
const newTokens = () => createJwtDeviceTokens({ sealingKey: randomBytes(32), lifetimeSeconds: 100 });

it('a device token names its address until it expires, and each one has its own id', async () => {
  const tokens = newTokens();
  const token = await tokens.issue(email);
  const device = await tokens.read(token);
  expect(device?.email).toBe(email);
  expect((await tokens.read(await tokens.issue(email)))?.id).not.toBe(device?.id);
  vi.setSystemTime(Date.now() + 99_000);
  expect(await tokens.read(token)).toEqual(device);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await tokens.read(token)).toBeUndefined();
});

it('a device token says nothing to its reader, and is at most as long as its field when the address is', async () => {
  const token = await newTokens().issue(`${'a'.repeat(242)}@example.com`);
  expect(token.length).toBeLessThanOrEqual(1024);
  expect(Buffer.from(token.split('.').join(''), 'base64url').toString('latin1')).not.toContain('aaaa');
});

it('a changed token, one of another system and any other text is none', async () => {
  const tokens = newTokens();
  const token = await tokens.issue(email);
  const middle = token.length / 2;
  const changed = `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
  for (const text of [
    changed,
    await newTokens().issue(email),
    '',
    'nonsense',
    '....',
    'e30.e30.e30',
    `${token}.`,
  ])
    expect(await tokens.read(text)).toBeUndefined();
});
