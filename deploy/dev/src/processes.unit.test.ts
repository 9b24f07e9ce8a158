import { expect, it } from 'vitest';
import { type ProcessName, processes, type SystemContext } from './processes.ts';
import { processEnvironment } from './system/process-environment.ts';

const context: SystemContext = {
  urls: {
    postgresUrl: 'postgresql://p',
    amqpUrl: 'amqp://a',
    streamUrl: 'rabbitmq-stream://s',
    managementUrl: 'http://m',
    redisUrl: 'redis://r',
  },
  ports: Object.fromEntries(processes.map(({ name }, i) => [name, 4000 + i])) as Record<ProcessName, number>,
  databaseUrls: {
    gavel_auth: 'auth db',
    gavel_bids: 'bids db',
    gavel_stats: 'stats db',
    gavel_notifications: 'notifications db',
    gavel_leaderboard: 'leaderboard db',
  },
  directory: '/the/system',
};

it('every service could mint tokens, as each was given the private key: only auth is told where the keys are', () => {
  // What the person who starts the system has in the environment must not reach the others either.
  const person = { AUTH_SIGNING_KEYS_DIR: '/home/keys', HOME: '/home' };
  const told = processes.filter((definition) =>
    Object.entries(processEnvironment(definition, context, person)).some(
      ([key, value]) => /SIGNING|PRIVATE/.test(key) || value.includes('keys'),
    ),
  );
  expect(told.map(({ name }) => name)).toEqual(['auth']);
});

it('only the process that mails is told the mail server, which may hold a password', () => {
  const person = { SMTP_URL: 'smtp://me:secret@mail', HOME: '/home' };
  const told = processes.filter(
    (definition) => processEnvironment(definition, context, person).SMTP_URL !== undefined,
  );
  expect(told.map(({ name }) => name)).toEqual(['consumer-notifications']);
});
