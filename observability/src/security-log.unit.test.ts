import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createSecurityLog, type SecurityEvent, securityEvents } from './security-log.ts';

it('the inventory lists every event with its level, and nothing else', () => {
  const text = readFileSync(new URL('../security-log.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| `(\w+)` \| (info|warn) \|/gm)].map(([, event, level]) => [
    event,
    level,
  ]);
  expect(Object.fromEntries(listed)).toEqual(securityEvents);
  expect(listed).toHaveLength(Object.keys(securityEvents).length);
});

it.each(Object.keys(securityEvents) as SecurityEvent[])('one line says who, where and what: %s', (event) => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const note = {
    userId: 'u1',
    address: '192.0.2.1',
    method: 'auth.v1.AuthService/Login',
    reason: 'BAD_CREDENTIALS',
  };
  createSecurityLog(destination)(event, note);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      name: 'security',
      level: securityEvents[event],
      event,
      user_id: 'u1',
      client_address: '192.0.2.1',
      method: 'auth.v1.AuthService/Login',
      reason: 'BAD_CREDENTIALS',
    },
  ]);
});
