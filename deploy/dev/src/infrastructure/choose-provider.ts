import { LaunchError } from '../launch-error.ts';
import { externalProvider } from './external/external-provider.ts';
import type { InfrastructureProvider, ProviderName } from './infrastructure.ts';
import { readInfrastructureConfig } from './infrastructure-config.ts';
import { nativeProvider } from './native/native-provider.ts';

export interface ProviderChoice {
  readonly provider: InfrastructureProvider;
  /** What was chosen and why, in one line for the user. */
  readonly reason: string;
}

/**
 * Chooses the provider of the servers: the value of `GAVEL_INFRASTRUCTURE` when it is set; `external` when one of its URLs is
 * set, so that missing URLs are reported and not ignored; otherwise `native`.
 * @throws `bad-config` when a setting is invalid or a URL is missing
 */
export function chooseProvider(env: NodeJS.ProcessEnv): ProviderChoice {
  const config = readInfrastructureConfig(env);
  const urls = [
    config.GAVEL_POSTGRES_URL,
    config.GAVEL_AMQP_URL,
    config.GAVEL_STREAM_URL,
    config.GAVEL_RABBITMQ_MANAGEMENT_URL,
    config.GAVEL_REDIS_URL,
  ];
  if (config.GAVEL_INFRASTRUCTURE !== undefined) {
    return {
      provider: providerNamed(config.GAVEL_INFRASTRUCTURE, env),
      reason: `${config.GAVEL_INFRASTRUCTURE} (from GAVEL_INFRASTRUCTURE)`,
    };
  }
  if (urls.some((url) => url !== undefined)) {
    return { provider: providerNamed('external', env), reason: 'external (because one of its URLs is set)' };
  }
  return {
    provider: providerNamed('native', env),
    reason: 'native (private servers; GAVEL_INFRASTRUCTURE chooses another provider)',
  };
}

function providerNamed(name: ProviderName, env: NodeJS.ProcessEnv): InfrastructureProvider {
  switch (name) {
    case 'native':
      return nativeProvider(readInfrastructureConfig(env));
    case 'external':
      return externalProvider(env);
    case 'docker':
      throw new LaunchError('provider-not-available', 'The docker provider is not available yet.', {
        wayOut: 'Set GAVEL_INFRASTRUCTURE to native, or to external together with its URLs.',
      });
  }
}
