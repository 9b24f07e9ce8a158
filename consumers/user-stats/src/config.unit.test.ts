import { expect, it } from 'vitest';
import { readConsumerConfig } from './config.ts';

it('names every bad key at once', () => {
  expect(() => readConsumerConfig({ PORT: 'x', STREAM_URL: 'amqp://host' })).toThrow(
    /PORT[\s\S]*DATABASE_URL[\s\S]*STREAM_URL/,
  );
});

it('takes what the launcher gives', () => {
  const env = {
    PORT: '4021',
    DATABASE_URL: 'postgres://u:p@h/d',
    STREAM_URL: 'rabbitmq-stream://u:p@h:5552/v',
  };
  expect(readConsumerConfig(env)).toMatchObject({ HOST: '127.0.0.1', PORT: 4021 });
});
