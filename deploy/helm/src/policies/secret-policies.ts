import { findProcess } from '@gavel/processes';
import { databasesOf, enginesOf } from '@gavel/proto/process';
import { type KubernetesObject, nameOf, type PodTemplate, podOf } from '../kubernetes-object.ts';

const release = 'gavel';

/**
 * Which Secrets each pod may have, derived from the descriptors: those of its database, its broker user, Redis and its directories,
 * and those that an operator adds with `secretSettings` for this process. Returns one message per Secret in a wrong pod.
 */
export function checkSecrets(
  objects: readonly KubernetesObject[],
  secretSettings: Readonly<Record<string, string>>,
): string[] {
  return objects.flatMap((object) => {
    const pod = podOf(object);
    const name = pod?.metadata?.labels?.['app.kubernetes.io/name'];
    if (pod === undefined || name === undefined || !isProcess(name)) return [];
    const allowed = allowedSecrets(name, secretSettings);
    return [
      ...[...secretsIn(pod)]
        .filter((secret) => !allowed.has(secret))
        .map((secret) => `${nameOf(object)}: has the Secret ${secret}, which is not its own`),
      ...passwordsIn(pod).map(
        (variable) => `${nameOf(object)}: has a password in the plain variable ${variable}`,
      ),
    ];
  });
}

function isProcess(name: string): boolean {
  return findProcess(name.replace(/^migrate-/, '')) !== undefined;
}

function allowedSecrets(
  podName: string,
  secretSettings: Readonly<Record<string, string>>,
): ReadonlySet<string> {
  const descriptor = findProcess(podName.replace(/^migrate-/, ''));
  if (descriptor === undefined) return new Set();
  const { name, environment } = descriptor;
  const own = new Set(
    databasesOf(descriptor).map(
      (database) => `${release}-${database.replace(/^gavel_/, '').replaceAll('_', '-')}-db-app`,
    ),
  );
  if (podName.startsWith('migrate-')) return own;
  const engines = enginesOf(descriptor);
  if (engines.has('rabbitmq')) own.add(`${release}-${name}-user-credentials`);
  if (engines.has('redis')) own.add(`${release}-redis`);
  for (const value of Object.values(environment)) {
    if (typeof value !== 'string' && value.from === 'directory' && value.secret)
      own.add(`${release}-${value.name}`);
  }
  const added = secretSettings[name];
  return added === undefined ? own : own.add(added);
}

function secretsIn({ spec }: PodTemplate): ReadonlySet<string> {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const inVariables = containers.flatMap(({ env = [], envFrom = [] }) => [
    ...env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.name ?? []),
    ...envFrom.flatMap(({ secretRef }) => secretRef?.name ?? []),
  ]);
  const inVolumes = (spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
  return new Set([...inVariables, ...inVolumes]);
}

/** Variables whose plain value is a URL with a password that does not come from a Secret. */
function passwordsIn({ spec }: PodTemplate): string[] {
  return spec.containers.flatMap(({ env = [] }) =>
    env.flatMap(({ name, value = '' }) => (/:\/\/[^/@]*:(?!\$\()[^/@]+@/.test(value) ? [name] : [])),
  );
}
