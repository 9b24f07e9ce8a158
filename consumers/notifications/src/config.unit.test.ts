import { expect, it } from 'vitest';
import { readNotificationsConfig } from './config.ts';

const env = { PORT: '4022', DATABASE_URL: 'postgres://u:p@h/d', AMQP_URL: 'amqp://u:p@h:5672/v' };

it('names every bad key at once', () => {
  expect(() => readNotificationsConfig({ PORT: 'x', SMTP_URL: 'http://mail' })).toThrow(
    /PORT[\s\S]*DATABASE_URL[\s\S]*AMQP_URL[\s\S]*SMTP_URL/,
  );
});

it('sends no mail without a mail server', () => {
  expect(readNotificationsConfig(env).SMTP_URL).toBeUndefined();
  expect(readNotificationsConfig({ ...env, SMTP_URL: 'smtps://mail' }).SMTP_URL).toBe('smtps://mail');
});
