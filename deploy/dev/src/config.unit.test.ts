import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readDevConfig } from './config.ts';
import { chooseProvider } from './infrastructure/choose-provider.ts';
import { portKey } from './infrastructure/native/server-ports.ts';
import { LaunchError } from './launch-error.ts';

test('each port has a default and a variable that changes it', () => {
  expect(readDevConfig({}).processPorts).toMatchObject({ bff: 3000, 'user-stats': 4003 });
  const moved = readDevConfig({ GAVEL_PORT_USER_STATS: '5003', GAVEL_PORT_POSTGRES: '5432' });
  expect(moved.processPorts).toMatchObject({ bff: 3000, 'user-stats': 5003 });
  expect(moved.forcedServerPorts).toEqual({ postgres: 5432 });
  expect(portKey('user-stats')).toBe('GAVEL_PORT_USER_STATS');
});

test('GAVEL_PORT_BASE moves the ports of all processes and servers by the same distance', () => {
  const defaults = readDevConfig({});
  const moved = readDevConfig({ GAVEL_PORT_BASE: '13000', GAVEL_PORT_BIDS: '9999' });
  expect(moved.processPorts).toMatchObject({ bff: 13_000, auth: 14_001, bids: 9_999 });
  expect(moved.forcedServerPorts).toEqual(
    Object.fromEntries(
      Object.entries(defaults.preferredServerPorts).map(([name, port]) => [name, port + 10_000]),
    ),
  );
  expect(readDevConfig({ GAVEL_PORT_BASE: '3000' }).processPorts).toEqual(defaults.processPorts);
});

test('the README shows the default port of each server', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  for (const [name, port] of Object.entries(readDevConfig({}).preferredServerPorts))
    expect(readme).toContain(`| \`${name.toUpperCase()}\` | ${port} |`);
});

test('a GAVEL_PORT_BASE that leaves no room for the highest port is refused', () => {
  expect(() => readDevConfig({ GAVEL_PORT_BASE: '65000' })).toThrow(/GAVEL_PORT_BASE/);
});

test('the mail catcher runs unless SMTP_URL names a mail server', () => {
  expect(readDevConfig({})).toMatchObject({ mail: true, mailPorts: { mail: 4041, smtp: 4042 } });
  expect(readDevConfig({ SMTP_URL: 'smtp://localhost' }).mail).toBe(false);
  const moved = readDevConfig({ GAVEL_PORT_BASE: '13000', GAVEL_PORT_SMTP: '2525' });
  expect(moved.mailPorts).toEqual({ mail: 14_041, smtp: 2525 });
});

test('NATS is off by default', () => {
  expect(readDevConfig({}).nats).toBe(false);
  expect(readDevConfig({ GAVEL_NATS: '1' }).nats).toBe(true);
  expect(() => readDevConfig({ GAVEL_NATS: 'maybe' })).toThrow(/GAVEL_NATS/);
});

test('Prometheus and Alertmanager are off by default, and their ports move with the base', () => {
  expect(readDevConfig({}).monitoring).toBeUndefined();
  expect(readDevConfig({ GAVEL_OBSERVE: '1' }).monitoring).toEqual({ monitoring: 4790, alerts: 4793 });
  const moved = readDevConfig({ GAVEL_OBSERVE: '1', GAVEL_PORT_BASE: '13000', GAVEL_PORT_ALERTS: '9093' });
  expect(moved.monitoring).toEqual({ monitoring: 14_790, alerts: 9_093 });
  expect(() => readDevConfig({ GAVEL_OBSERVE: 'maybe' })).toThrow(/GAVEL_OBSERVE/);
});

test('one error names every invalid port', () => {
  const read = () => readDevConfig({ GAVEL_PORT_BFF: 'no', GAVEL_PORT_AUTH: '70000' });
  expect(read).toThrow(/GAVEL_PORT_BFF[\s\S]*GAVEL_PORT_AUTH|GAVEL_PORT_AUTH[\s\S]*GAVEL_PORT_BFF/);
});

test('the default provider is native', () => {
  expect(chooseProvider({}).provider.name).toBe('native');
  expect(chooseProvider({ GAVEL_INFRASTRUCTURE: 'native' }).reason).toContain('GAVEL_INFRASTRUCTURE');
});

test('the URL of one external server chooses external, and an error names the missing URLs', () => {
  const choose = () => chooseProvider({ GAVEL_POSTGRES_URL: 'postgres://a:b@localhost/postgres' });
  expect(choose).toThrow(/GAVEL_AMQP_URL[\s\S]*GAVEL_REDIS_URL/);
});

test('docker is refused with an error that names a way out', () => {
  expect(() => chooseProvider({ GAVEL_INFRASTRUCTURE: 'docker' })).toThrow(LaunchError);
});
