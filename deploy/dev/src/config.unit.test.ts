import { expect, test } from 'vitest';
import { readDevConfig } from './config.ts';
import { chooseProvider } from './infrastructure/choose-provider.ts';
import { portKey } from './infrastructure/native/server-ports.ts';
import { LaunchError } from './launch-error.ts';

test('ports have defaults, and each is moved by its own variable', () => {
  expect(readDevConfig({}).processPorts).toMatchObject({ bff: 3000, 'user-stats': 4003 });
  const moved = readDevConfig({ GAVEL_PORT_USER_STATS: '5003', GAVEL_PORT_POSTGRES: '5432' });
  expect(moved.processPorts).toMatchObject({ bff: 3000, 'user-stats': 5003 });
  expect(moved.forcedServerPorts).toEqual({ postgres: 5432 });
  expect(portKey('user-stats')).toBe('GAVEL_PORT_USER_STATS');
});

test('NATS is off unless asked for', () => {
  expect(readDevConfig({}).nats).toBe(false);
  expect(readDevConfig({ GAVEL_NATS: '1' }).nats).toBe(true);
  expect(() => readDevConfig({ GAVEL_NATS: 'maybe' })).toThrow(/GAVEL_NATS/);
});

test('every bad port is named at once', () => {
  const read = () => readDevConfig({ GAVEL_PORT_BFF: 'no', GAVEL_PORT_AUTH: '70000' });
  expect(read).toThrow(/GAVEL_PORT_BFF[\s\S]*GAVEL_PORT_AUTH|GAVEL_PORT_AUTH[\s\S]*GAVEL_PORT_BFF/);
});

test('the provider is native unless told otherwise', () => {
  expect(chooseProvider({}).provider.name).toBe('native');
  expect(chooseProvider({ GAVEL_INFRASTRUCTURE: 'native' }).reason).toContain('GAVEL_INFRASTRUCTURE');
});

test('one URL of somebody else’s server means external, and the missing ones are named', () => {
  const choose = () => chooseProvider({ GAVEL_POSTGRES_URL: 'postgres://a:b@localhost/postgres' });
  expect(choose).toThrow(/GAVEL_AMQP_URL[\s\S]*GAVEL_REDIS_URL/);
});

test('docker is refused with a way out', () => {
  expect(() => chooseProvider({ GAVEL_INFRASTRUCTURE: 'docker' })).toThrow(LaunchError);
});
