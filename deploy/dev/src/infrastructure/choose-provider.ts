import { LaunchError } from '../launch-error.ts';
import { externalProvider } from './external/external-provider.ts';
import type { InfrastructureProvider, ProviderName } from './infrastructure.ts';
import { readInfrastructureConfig } from './infrastructure-config.ts';
import { nativeProvider } from './native/native-provider.ts';

export interface ProviderChoice {
  readonly provider: InfrastructureProvider;
  /** One sentence for the person at the terminal: what was chosen, and why. */
  readonly reason: string;
}

/**
 * Chooses who brings the servers: `GAVEL_INFRASTRUCTURE` when set, else `external` when any of its URLs is set
 * (a half-filled set is then reported, rather than silently ignored), else `native`.
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
      reason: `${config.GAVEL_INFRASTRUCTURE} (GAVEL_INFRASTRUCTURE says so)`,
    };
  }
  if (urls.some((url) => url !== undefined)) {
    return { provider: providerNamed('external', env), reason: 'external (its URLs are in the environment)' };
  }
  return {
    provider: providerNamed('native', env),
    reason: 'native (private servers under .gavel; force another with GAVEL_INFRASTRUCTURE)',
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
        wayOut: 'Use GAVEL_INFRASTRUCTURE=native, or external with its URLs.',
      });
  }
}
