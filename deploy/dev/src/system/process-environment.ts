import { dirname } from 'node:path';
import type { ProcessDefinition, SystemContext } from '../processes.ts';

const passedOn =
  /^(HOME|LANG|LC_.*|TZ|TMPDIR|LOG_LEVEL|OTEL_.*|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|SSL_CERT_.*)$/;

/** What every child gets: a path that leads to the pinned Node first, and the person's own logging and OTEL_ settings. */
export function baseEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => passedOn.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(kept), PATH: `${dirname(process.execPath)}:${env.PATH ?? ''}` };
}

/** The whole environment of one process. */
export function processEnvironment(
  definition: ProcessDefinition,
  context: SystemContext,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const kept = (definition.keepsKeys ?? []).flatMap((key) => (env[key] ? [[key, env[key]]] : []));
  return {
    ...baseEnvironment(env),
    ...Object.fromEntries(kept),
    HOST: '127.0.0.1',
    PORT: String(context.ports[definition.name]),
    OTEL_SERVICE_NAME: definition.name,
    ...definition.environment(context),
  };
}
