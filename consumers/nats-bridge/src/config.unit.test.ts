import { describe, expect, it } from 'vitest';
import { readBridgeConfig } from './config.ts';

describe('configuration of the bridge', () => {
  const good = {
    PORT: '4031',
    STREAM_URL: 'rabbitmq-stream://user:pass@127.0.0.1:5552/',
    NATS_URL: 'nats://user:pass@127.0.0.1:4222',
  };

  it('defaults to one copy of each stream and accepts up to five', () => {
    expect(readBridgeConfig(good)).toMatchObject({ NATS_REPLICAS: 1 });
    expect(readBridgeConfig({ ...good, NATS_REPLICAS: '3' })).toMatchObject({ NATS_REPLICAS: 3 });
    expect(() => readBridgeConfig({ ...good, NATS_REPLICAS: '7' })).toThrow('NATS_REPLICAS');
  });

  it('accepts several servers and no other protocol', () => {
    const NATS_URL = 'tls://user:pass@a.example:4222, tls://b.example:4222';
    expect(readBridgeConfig({ ...good, NATS_URL })).toMatchObject({ NATS_URL });
    for (const wrong of ['http://127.0.0.1', 'nats://a.example,b.example', ''])
      expect(() => readBridgeConfig({ ...good, NATS_URL: wrong })).toThrow('NATS_URL');
  });

  it('requires the key for a certificate, and the certificate for a key', () => {
    expect(() => readBridgeConfig({ ...good, NATS_CERT_FILE: 'c.pem' })).toThrow('NATS_KEY_FILE');
    expect(() => readBridgeConfig({ ...good, NATS_KEY_FILE: 'k.pem' })).toThrow('NATS_CERT_FILE');
    readBridgeConfig({ ...good, NATS_CERT_FILE: 'c.pem', NATS_KEY_FILE: 'k.pem' });
  });
});
