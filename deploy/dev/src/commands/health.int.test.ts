import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Infrastructure, ServerName } from '../infrastructure/infrastructure.ts';
import type { KeptState, ServerUrls } from '../system/system-files.ts';
import { startTestInfrastructure } from '../testing/private-infrastructure.ts';
import { healthOf } from './health.ts';

const AWHILE = { timeout: 30_000, interval: 100 };

describe('the health of a server', () => {
  let infrastructure: Infrastructure;
  let urls: ServerUrls;

  beforeAll(async () => {
    infrastructure = await startTestInfrastructure({ nats: true });
    const { postgresUrl, managementUrl, redisUrl, natsUrl = '' } = infrastructure.urls;
    urls = { postgres: postgresUrl, rabbitmq: managementUrl, redis: redisUrl, nats: natsUrl };
  }, 300_000);
  afterAll(() => infrastructure?.stop(), 60_000);

  const kept = (name: ServerName): KeptState & { pid: number } => {
    const server = infrastructure.servers?.[name];
    if (!server?.pid) throw new Error(`${name} does not run`);
    const { pid, port, ports, logFile } = server;
    const about = { stamp: null, restarts: 0, lastExit: null, url: null, healthUrl: null };
    return { name, pid, port, ports, logFile, state: 'running', ...about };
  };

  test.each<ServerName>(['postgres', 'rabbitmq', 'redis', 'nats'])(
    'a frozen %s is unhealthy, although its port accepts connections, and healthy when it continues',
    async (name) => {
      const server = kept(name);
      expect(await healthOf(server, urls)).toBe('healthy');
      process.kill(server.pid, 'SIGSTOP');
      try {
        // The threads of a process stop one after another, and one of them may still answer.
        const took = await vi.waitFor(async () => {
          const began = performance.now();
          expect(await healthOf(server, urls)).toBe('unhealthy');
          return performance.now() - began;
        }, AWHILE);
        expect(took).toBeLessThan(10_000);
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await vi.waitFor(async () => expect(await healthOf(server, urls)).toBe('healthy'), AWHILE);
    },
    60_000,
  );

  test('a server whose address the system has not written yet is starting', async () => {
    expect(await healthOf(kept('redis'), {})).toBe('starting');
  });
});
