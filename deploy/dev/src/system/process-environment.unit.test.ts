import { type DatabaseName, databases, type ProcessName, processes } from '@gavel/processes';
import { expect, it } from 'vitest';
import { processEnvironment } from './process-environment.ts';
import type { SystemContext } from './system-context.ts';

const context: SystemContext = {
  urls: {
    postgresUrl: 'postgresql://p',
    amqpUrl: 'amqp://a',
    streamUrl: 'rabbitmq-stream://s',
    managementUrl: 'http://m',
    redisUrl: 'redis://r',
  },
  ports: Object.fromEntries(processes.map(({ name }, i) => [name, 4000 + i])) as Record<ProcessName, number>,
  databaseUrls: Object.fromEntries(
    databases.map(({ name }) => [name, `${name.replace('gavel_', '')} db`]),
  ) as Record<DatabaseName, string>,
  directory: '/the/system',
};

it('gives the directory of the signing keys to auth only', () => {
  // A variable in the environment of the user must not reach the other processes either.
  const userEnvironment = { AUTH_SIGNING_KEYS_DIR: '/home/keys', HOME: '/home' };
  const receivers = processes.filter((definition) =>
    Object.entries(processEnvironment(definition, context, userEnvironment)).some(
      ([key, value]) => /SIGNING|PRIVATE/.test(key) || value.includes('keys'),
    ),
  );
  expect(receivers.map(({ name }) => name)).toEqual(['auth']);
});

it('gives the URL of the mail server, which may hold a password, only to the processes that send mails', () => {
  const userEnvironment = { SMTP_URL: 'smtp://me:secret@mail', HOME: '/home' };
  const receivers = processes.filter(
    (definition) => processEnvironment(definition, context, userEnvironment).SMTP_URL !== undefined,
  );
  expect(receivers.map(({ name }) => name)).toEqual(['auth', 'consumer-notifications']);
});

it('raises the rate limits for one machine, unless the user sets them', () => {
  const factorWith = (env: NodeJS.ProcessEnv) =>
    processEnvironment(processes[0] as (typeof processes)[number], context, env).RATE_LIMIT_FACTOR;
  expect([factorWith({}), factorWith({ RATE_LIMIT_FACTOR: '500' })]).toEqual(['10', '500']);
});

it('gives every process the URLs of its database, its servers and the processes that it calls', () => {
  const environments = Object.fromEntries(
    processes.map((descriptor) => [descriptor.name, processEnvironment(descriptor, context, {})]),
  );
  expect(environments['consumer-user-stats']).toMatchObject({
    DATABASE_URL: 'stats db',
    STREAM_URL: 'rabbitmq-stream://s',
    PORT: String(context.ports['consumer-user-stats']),
    OTEL_SERVICE_NAME: 'consumer-user-stats',
  });
  expect(environments.bff?.AUTH_URL).toBe(`http://127.0.0.1:${context.ports.auth}`);
  expect(environments.bids?.PICTURES_DIRECTORY).toBe('/the/system/pictures');
});
