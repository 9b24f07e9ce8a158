import { expect, it } from 'vitest';
import { readRelayConfig } from './config.ts';

const required = {
  OUTBOX: 'bids',
  PORT: '0',
  DATABASE_URL: 'postgresql://db/gavel_bids',
  AMQP_URL: 'amqp://broker',
  STREAM_URL: 'rabbitmq-stream://broker',
};
const WEEK = 7 * 24 * 3600;

it('streams and outbox keep events for a week by default', () => {
  expect(readRelayConfig(required)).toMatchObject({
    retentionSeconds: WEEK,
    streamRetention: { maxAgeSeconds: WEEK, maxLengthBytes: 5_000_000_000 },
  });
});

it('the outbox keeps events as long as streams do, also when only the streams were set', () => {
  const set = readRelayConfig({
    ...required,
    STREAM_MAX_AGE_SECONDS: String(2 * WEEK),
    STREAM_MAX_LENGTH_BYTES: '20000000000',
  });
  expect(set).toMatchObject({
    retentionSeconds: 2 * WEEK,
    streamRetention: { maxAgeSeconds: 2 * WEEK, maxLengthBytes: 20_000_000_000 },
  });
});

it('an outbox that forgets events before the streams do is refused, because a lost stream could not be refilled', () => {
  const read = () => readRelayConfig({ ...required, OUTBOX_RETENTION_SECONDS: String(WEEK - 1) });
  expect(read).toThrow('OUTBOX_RETENTION_SECONDS: must not be below STREAM_MAX_AGE_SECONDS');
  expect(readRelayConfig({ ...required, OUTBOX_RETENTION_SECONDS: String(WEEK + 1) }).retentionSeconds).toBe(
    WEEK + 1,
  );
});

it.each([
  ['STREAM_MAX_AGE_SECONDS', '59'],
  ['STREAM_MAX_AGE_SECONDS', '7D'],
  ['STREAM_MAX_LENGTH_BYTES', '99999999'],
])('%s is refused as %s', (key, value) => {
  expect(() => readRelayConfig({ ...required, [key]: value })).toThrow(key);
});
