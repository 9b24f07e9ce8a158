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

it('gives the directory of the signing keys to auth alone', () => {
  // What the person who starts the system has in the environment must not reach the others either.
  const person = { AUTH_SIGNING_KEYS_DIR: '/home/keys', HOME: '/home' };
  const told = processes.filter((definition) =>
    Object.entries(processEnvironment(definition, context, person)).some(
      ([key, value]) => /SIGNING|PRIVATE/.test(key) || value.includes('keys'),
    ),
  );
  expect(told.map(({ name }) => name)).toEqual(['auth']);
});

it('gives the mail server, whose URL may hold a password, to the process that mails alone', () => {
  const person = { SMTP_URL: 'smtp://me:secret@mail', HOME: '/home' };
  const told = processes.filter(
    (definition) => processEnvironment(definition, context, person).SMTP_URL !== undefined,
  );
  expect(told.map(({ name }) => name)).toEqual(['consumer-notifications']);
});

it('tells every process where its database, its servers and the processes that it calls are', () => {
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
