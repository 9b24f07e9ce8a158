import { expect, it } from 'vitest';
import { readLeaderboardConfig } from './config.ts';

it('names every bad key at once', () => {
  expect(() => readLeaderboardConfig({ PORT: 'x', STREAM_URL: 'amqp://host' })).toThrow(
    /PORT[\s\S]*DATABASE_URL[\s\S]*STREAM_URL[\s\S]*REDIS_URL/,
  );
});

it('accepts the environment of the launcher', () => {
  const env = {
    PORT: '4023',
    DATABASE_URL: 'postgres://u:p@h/d',
    STREAM_URL: 'rabbitmq-stream://u:p@h:5552/v',
    REDIS_URL: 'redis://h:6379',
  };
  expect(readLeaderboardConfig(env)).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 4023,
    REDIS_PREFIX: 'gavel:',
  });
});
