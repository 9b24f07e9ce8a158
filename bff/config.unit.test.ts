import { expect, it } from 'vitest';
import { hopsProblem, readConfig } from './config.ts';

it.each([
  [{ PUBLIC_ORIGIN: 'https://gavel.example' }, true],
  [{ PUBLIC_ORIGIN: 'https://gavel.example', TRUSTED_PROXY_HOPS: '1' }, false],
  [{ PUBLIC_ORIGIN: 'http://localhost:3000' }, false],
  [{}, false],
])('a number of proxies that cannot be right is said at the start: %j', (env, wrong) => {
  expect(hopsProblem(readConfig({ NODE_ENV: 'test', ...env })) !== undefined).toBe(wrong);
});
