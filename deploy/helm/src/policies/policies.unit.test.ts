import { beforeAll, expect, it } from 'vitest';
import { type KubernetesObject, nameOf, type PodTemplate, podOf } from '../kubernetes-object.ts';
import { render, secretSettingsIn } from '../render.ts';
import { checkNetwork } from './network-policies.ts';
import { checkPods } from './pod-policies.ts';
import { checkSecrets } from './secret-policies.ts';

let objects: readonly KubernetesObject[];
const added = secretSettingsIn('values-production.yaml');

beforeAll(async () => {
  objects = await render('values-production.yaml', { set: ['nats.enabled=true'] });
}, 120_000);

/** A copy of the rendered chart in which one pod is changed. */
function withChangedPod(name: string, change: (pod: PodTemplate) => unknown): KubernetesObject[] {
  const copy = structuredClone(objects) as KubernetesObject[];
  const pod = copy.filter((object) => nameOf(object) === name).map(podOf)[0];
  if (pod === undefined) throw new Error(`the chart has no ${name}`);
  change(pod);
  return copy;
}

it('finds nothing to refuse in the chart as it is', () => {
  expect(checkPods(objects)).toEqual([]);
  expect(checkNetwork(objects)).toEqual([]);
  expect(checkSecrets(objects, added)).toEqual([]);
});

it('refuses a pod that may run as root', () => {
  const changed = withChangedPod('Deployment gavel-bids', ({ spec }) =>
    Object.assign(spec, { securityContext: {} }),
  );
  expect(checkPods(changed)).toContain('Deployment gavel-bids: runs as root: set runAsNonRoot');
});

it('refuses a container without a limit of memory, or without a probe', () => {
  const changed = withChangedPod('Deployment gavel-auth', ({ spec: { containers } }) =>
    Object.assign(containers[0] ?? {}, { resources: {}, livenessProbe: undefined }),
  );
  expect(checkPods(changed)).toEqual(
    expect.arrayContaining([
      'Deployment gavel-auth: container auth has no limit of memory',
      'Deployment gavel-auth: container auth has no livenessProbe',
    ]),
  );
});

it('refuses a liveness probe that asks the engines', () => {
  const changed = withChangedPod('Deployment gavel-auth', ({ spec: { containers } }) =>
    Object.assign(containers[0] ?? {}, { livenessProbe: containers[0]?.readinessProbe }),
  );
  expect(checkPods(changed)).toEqual([
    'Deployment gavel-auth: container auth asks the same question for readiness and liveness',
  ]);
});

it('refuses an image without a pinned tag', () => {
  const changed = withChangedPod('Deployment gavel-bff', ({ spec: { containers } }) =>
    Object.assign(containers[0] ?? {}, { image: 'localhost:5005/gavel-bff' }),
  );
  expect(checkPods(changed)).toEqual([
    'Deployment gavel-bff: container bff has an image without a pinned tag: localhost:5005/gavel-bff',
  ]);
});

it("refuses another process's Secret in the environment of a pod", () => {
  const changed = withChangedPod('Deployment gavel-bff', ({ spec: { containers } }) =>
    Object.assign(containers[0] ?? {}, {
      env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'gavel-bids-db-app', key: 'uri' } } }],
    }),
  );
  expect(checkSecrets(changed, added)).toEqual([
    'Deployment gavel-bff: has the Secret gavel-bids-db-app, which is not its own',
  ]);
});

it("refuses auth's signing keys as a volume of another pod", () => {
  const changed = withChangedPod('Deployment gavel-bids', ({ spec }) =>
    Object.assign(spec, { volumes: [{ name: 'keys', secret: { secretName: 'gavel-signing-keys' } }] }),
  );
  expect(checkSecrets(changed, added)).toEqual([
    'Deployment gavel-bids: has the Secret gavel-signing-keys, which is not its own',
  ]);
});

it('refuses a password that stands in a manifest', () => {
  const changed = withChangedPod('Deployment gavel-relay-bids', ({ spec: { containers } }) =>
    Object.assign(containers[0] ?? {}, { env: [{ name: 'AMQP_URL', value: 'amqp://guest:guest@rabbitmq' }] }),
  );
  expect(checkSecrets(changed, added)).toEqual([
    'Deployment gavel-relay-bids: has a password in the plain variable AMQP_URL',
  ]);
});

/** The objects with one NetworkPolicy changed. Default: those of the chart. */
function withChangedPolicy(
  name: string,
  change: (spec: Record<string, unknown>) => unknown,
  from = objects,
): KubernetesObject[] {
  const copy = structuredClone(from) as KubernetesObject[];
  const policy = copy.find((object) => nameOf(object) === `NetworkPolicy ${name}`);
  if (policy === undefined) throw new Error(`the chart has no NetworkPolicy ${name}`);
  change(policy.spec as Record<string, unknown>);
  return copy;
}

it('refuses a connection that no descriptor asks for', () => {
  const changed = withChangedPolicy('gavel-bids-db', (spec) => Object.assign(spec, { ingress: [{}] }));
  const open = withChangedPolicy('gavel-bff', (spec) => Object.assign(spec, { egress: [{}] }), changed);
  expect(checkNetwork(open)).toEqual(['bff may connect to gavel_bids:5432']);
});

it('refuses a policy that keeps a process from what it needs', () => {
  const changed = withChangedPolicy('gavel-redis', (spec) => Object.assign(spec, { ingress: [] }));
  expect(checkNetwork(changed)).toEqual([
    'auth cannot connect to redis:6379',
    'bids cannot connect to redis:6379',
    'consumer-leaderboard cannot connect to redis:6379',
  ]);
});

it('refuses a pod that no policy selects', () => {
  const without = objects.filter((object) => !/^NetworkPolicy gavel-(nothing|redis)$/.test(nameOf(object)));
  expect(checkNetwork(without)).toEqual(
    expect.arrayContaining([
      'StatefulSet gavel-redis: no NetworkPolicy for its ingress',
      'StatefulSet gavel-redis: no NetworkPolicy for its egress',
    ]),
  );
});
