import { expect, inject, test } from 'vitest';
import { chooseProvider } from '../choose-provider.ts';

test('external servers are checked and used, and cannot be stopped or killed', async () => {
  const urls = inject('infrastructure');
  const env = environmentOf(urls);
  const infrastructure = await chooseProvider(env).provider.start({ directory: '/nowhere' });
  expect(infrastructure).toMatchObject({ provider: 'external', urls, servers: undefined });
});

test('the error for an external server that does not answer names its variable', async () => {
  const env = { ...environmentOf(inject('infrastructure')), GAVEL_REDIS_URL: 'redis://127.0.0.1:1' };
  const start = chooseProvider(env).provider.start({ directory: '/nowhere' });
  await expect(start).rejects.toThrow('Redis does not answer at GAVEL_REDIS_URL');
});

function environmentOf(urls: ReturnType<typeof inject<'infrastructure'>>): NodeJS.ProcessEnv {
  return {
    GAVEL_POSTGRES_URL: urls.postgresUrl,
    GAVEL_AMQP_URL: urls.amqpUrl,
    GAVEL_STREAM_URL: urls.streamUrl,
    GAVEL_RABBITMQ_MANAGEMENT_URL: urls.managementUrl,
    GAVEL_REDIS_URL: urls.redisUrl,
  };
}
