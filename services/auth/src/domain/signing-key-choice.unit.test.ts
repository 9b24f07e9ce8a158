import { describe, expect, it } from 'vitest';
import { chooseSigningKey } from './signing-key-choice.ts';

const now = new Date('2026-03-01T12:00:00Z');
const key = (name: string, secondsAgo: number) => ({
  name,
  writtenAt: new Date(now.getTime() - secondsAgo * 1000),
});

describe('the key that signs', () => {
  it('is the newest one that has been published long enough', () => {
    const keys = [key('0001.pem', 9_000), key('0003.pem', 10), key('0002.pem', 8_000)];
    expect(chooseSigningKey(keys, now, 300_000).name).toBe('0002.pem');
    expect(chooseSigningKey([...keys, key('0003.pem', 300)], now, 300_000).name).toBe('0003.pem');
  });

  it('is the newest of all while no key has been published long enough', () => {
    expect(chooseSigningKey([key('0001.pem', 1), key('0002.pem', 0)], now, 300_000).name).toBe('0002.pem');
  });

  it('is an error without keys', () => {
    expect(() => chooseSigningKey([], now, 0)).toThrow(RangeError);
  });
});
