import { expect, it } from 'vitest';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { validateObject } from './validate-object.ts';

const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'gavel-bids', labels: { 'app.kubernetes.io/name': 'bids' } },
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'bids' } } },
} satisfies KubernetesObject;

it('accepts an object that fits the schema of its kind', () => {
  expect(validateObject(budget)).toEqual([]);
});

it('refuses a field that the schema does not have, at any depth', () => {
  const misspelt = { ...budget, spec: { ...budget.spec, minimumAvailable: 1 } };
  expect(validateObject(misspelt)).toEqual([
    'PodDisruptionBudget gavel-bids: policy/v1 PodDisruptionBudget has no field /spec/minimumAvailable',
  ]);
  const atTheTop = { ...budget, labels: {} };
  expect(validateObject(atTheTop)).toEqual([
    'PodDisruptionBudget gavel-bids: policy/v1 PodDisruptionBudget has no field /labels',
  ]);
});

it('refuses an unknown field inside a list', () => {
  const service: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'gavel-bids' },
    spec: { ports: [{ port: 4002 }, { port: 4003, targetport: 'http' }] },
  };
  expect(validateObject(service)).toEqual([
    'Service gavel-bids: v1 Service has no field /spec/ports/1/targetport',
  ]);
});

it('refuses a value of the wrong type', () => {
  const wrong = { ...budget, metadata: { name: 'gavel-bids', labels: { port: 4002 } } };
  expect(validateObject(wrong as unknown as KubernetesObject)).toEqual([
    'PodDisruptionBudget gavel-bids: data/metadata/labels/port must be string',
  ]);
});

it('refuses a kind for which there is no schema', () => {
  expect(validateObject({ ...budget, apiVersion: 'policy/v1beta1' })).toEqual([
    'PodDisruptionBudget gavel-bids: there is no schema for policy/v1beta1 PodDisruptionBudget',
  ]);
});

it("compares an operator's resource with the fields that the chart uses", () => {
  const user: KubernetesObject = {
    apiVersion: 'rabbitmq.com/v1beta1',
    kind: 'User',
    metadata: { name: 'gavel-bff' },
    spec: { rabbitmqClusterReference: { name: 'gavel-rabbitmq' } },
  };
  expect(validateObject(user)).toEqual([]);
  expect(validateObject({ ...user, spec: { rabbitmqCluster: { name: 'gavel-rabbitmq' } } })).toEqual([
    "User gavel-bff: /spec must have required property 'rabbitmqClusterReference'",
    'User gavel-bff: rabbitmq.com/v1beta1 User has no field /spec/rabbitmqCluster',
  ]);
});
