import { attribute, metric } from '@gavel/observability/attributes';
import { processes } from '@gavel/processes';
import { expect, it, vi } from 'vitest';
import { nameOf } from './kubernetes-object.ts';
import { render } from './render.ts';

// Helm runs several times in a test, and the first run unpacks it.
vi.setConfig({ testTimeout: 120_000 });

it('makes a Deployment of every process, and of the bridge only with NATS', async () => {
  const deployments = async (nats: boolean) =>
    (await render('values-dev.yaml', { set: [`nats.enabled=${nats}`] }))
      .map(nameOf)
      .filter((name) => name.startsWith('Deployment '))
      .toSorted();
  const all = processes.map(({ name }) => `Deployment gavel-${name}`).toSorted();
  expect(await deployments(true)).toEqual(all);
  expect(await deployments(false)).toEqual(all.filter((name) => name !== 'Deployment gavel-nats-bridge'));
});

it('migrates each database with a Job at the first installation and with a hook at an upgrade', async () => {
  const owners = processes.filter(({ database }) => database?.migrations !== undefined);
  const jobs = async (upgrade: boolean) =>
    (await render('values-production.yaml', { upgrade })).filter(({ kind }) => kind === 'Job');
  const [first, later] = await Promise.all([jobs(false), jobs(true)]);
  expect(first).toHaveLength(owners.length);
  expect(first.map(({ metadata }) => metadata.annotations)).toEqual(owners.map(() => undefined));
  expect(later.map(({ metadata }) => metadata.annotations?.['helm.sh/hook'])).toEqual(
    owners.map(() => 'pre-upgrade'),
  );
});

it('scales a group on the sum of its partitions, by the names that its metrics have', async () => {
  const scaled = (await render('values-production.yaml')).find(
    ({ kind, metadata }) => kind === 'ScaledObject' && metadata.name === 'gavel-consumer-user-stats',
  );
  const spec = scaled?.spec as { triggers: { metadata: { query: string } }[] } | undefined;
  // Prometheus has underscores where OpenTelemetry has dots.
  const [lag, group, partition, queue] = [
    metric.consumerLag.name,
    attribute.consumerGroup,
    attribute.destinationPartition,
    attribute.destinationName,
  ].map((name) => name.replaceAll('.', '_'));
  expect(spec?.triggers.map(({ metadata }) => metadata.query)).toEqual([
    `sum(max by (${partition}, ${queue}) (${lag}{${group}="user-stats",namespace="gavel"}))`,
  ]);
});

it('asks for at most as many members of a group as its stream has partitions', async () => {
  const scaled = (
    await render('values-production.yaml', { set: ['kinds.consumer.scaling.maximum=9'] })
  ).filter(({ kind }) => kind === 'ScaledObject');
  const maxima = scaled.map(({ metadata, spec }) => [
    metadata.name,
    (spec as { maxReplicaCount: number }).maxReplicaCount,
  ]);
  expect(Object.fromEntries(maxima)).toEqual({
    'gavel-consumer-user-stats': 4,
    'gavel-consumer-leaderboard': 4,
    'gavel-consumer-seller-stats': 4,
    'gavel-auditor': 4,
    // It reads a queue, which any number of members can share.
    'gavel-consumer-notifications': 9,
  });
});

it.each([
  ['a misspelt value', 'kinds.service.replica=3', 'replica'],
  ['an image without a pinned tag', 'image.tag=latest', 'image/tag'],
  ['a group without members', 'kinds.consumer.replicas=0', 'kinds/consumer/replicas'],
  ['an archive both on a volume and in a bucket', 'archive.location=s3://gavel-archive', 'archive'],
  ['pictures both on a volume and in a bucket', 'pictures.bucket.name=gavel-pictures', 'pictures'],
])('refuses %s', async (_, change, named) => {
  await expect(render('values-dev.yaml', { set: [change] })).rejects.toThrow(named);
});
