import { databases, processesFor } from '@gavel/processes';
import { databasesOf, type Engine, enginesOf } from '@gavel/proto/process';
import { type KubernetesObject, type Labels, nameOf, podOf, selects } from '../kubernetes-object.ts';

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly namespaceSelector?: unknown;
  readonly ipBlock?: unknown;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number | string }[];
}

interface NetworkPolicySpec {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** A group of pods that connects or is connected to. */
interface Endpoint {
  readonly name: string;
  readonly labels: Labels;
}

/** Where an endpoint can be reached. */
interface Target extends Endpoint {
  readonly port: number;
  /** The name of the port in its pod, which policies may use instead of the number. */
  readonly portName?: string;
}

/**
 * Compares the NetworkPolicies with the descriptors. Every pod of the chart must be selected by a policy for each direction, and a
 * process may connect to exactly the processes that it calls and the engines that it uses. Returns one message per difference.
 */
export function checkNetwork(objects: readonly KubernetesObject[]): string[] {
  const policies = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as NetworkPolicySpec);
  const sources = [...processEndpoints(), ...migrationEndpoints()];
  const targets = [...processTargets(), ...engineTargets()];
  const wanted = wantedConnections();
  const differing = sources.flatMap((source) =>
    targets.flatMap((target) => {
      const allowed = mayConnect(policies, source, target);
      const expected = wanted.has(`${source.name} → ${target.name}`);
      if (allowed === expected) return [];
      return [`${source.name} ${allowed ? 'may' : 'cannot'} connect to ${target.name}:${target.port}`];
    }),
  );
  return [...unprotectedPods(objects, policies), ...differing];
}

function unprotectedPods(
  objects: readonly KubernetesObject[],
  policies: readonly NetworkPolicySpec[],
): string[] {
  return objects.flatMap((object) => {
    const labels = podOf(object)?.metadata?.labels;
    if (labels === undefined) return [];
    return (['Ingress', 'Egress'] as const).flatMap((direction) =>
      policies.some((policy) => applies(policy, direction, labels))
        ? []
        : [`${nameOf(object)}: no NetworkPolicy for its ${direction.toLowerCase()}`],
    );
  });
}

/** Whether the policies of both sides allow a connection. A pod that no policy selects is open. */
function mayConnect(policies: readonly NetworkPolicySpec[], source: Endpoint, target: Target): boolean {
  const allows = (rules: readonly Rule[], side: 'from' | 'to', peer: Labels) =>
    rules.some(
      (rule) =>
        (rule.ports === undefined ||
          rule.ports.some(({ port }) => port === target.port || port === target.portName)) &&
        (rule[side] === undefined || rule[side].some((each) => isPeer(each, peer))),
    );
  const out = policies.filter((policy) => applies(policy, 'Egress', source.labels));
  const into = policies.filter((policy) => applies(policy, 'Ingress', target.labels));
  return (
    (out.length === 0 || out.some(({ egress = [] }) => allows(egress, 'to', target.labels))) &&
    (into.length === 0 || into.some(({ ingress = [] }) => allows(ingress, 'from', source.labels)))
  );
}

function applies(
  { podSelector, policyTypes }: NetworkPolicySpec,
  direction: 'Ingress' | 'Egress',
  labels: Labels,
): boolean {
  return policyTypes.includes(direction) && selects(podSelector.matchLabels ?? {}, labels);
}

/** Peers in other namespaces and networks are no pods of the chart. */
function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, labels: Labels): boolean {
  if (namespaceSelector !== undefined || ipBlock !== undefined) return false;
  return podSelector === undefined || selects(podSelector.matchLabels ?? {}, labels);
}

const all = processesFor({ nats: true });

function endpoint(name: string): Endpoint {
  return { name, labels: labelsOf(name) };
}

function labelsOf(name: string): Labels {
  return {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': 'gavel',
    'app.kubernetes.io/part-of': 'gavel',
  };
}

function processEndpoints(): Endpoint[] {
  return all.map(({ name }) => endpoint(name));
}

function migrationEndpoints(): Endpoint[] {
  return all
    .filter(({ database }) => database?.migrations !== undefined)
    .map(({ name }) => endpoint(`migrate-${name}`));
}

function processTargets(): Target[] {
  return all.map(({ name, port }) => ({ ...endpoint(name), port, portName: 'http' }));
}

function engineTargets(): Target[] {
  return [
    ...databases.map(({ name }) => ({ name, labels: { 'cnpg.io/cluster': clusterOf(name) }, port: 5432 })),
    ...[5672, 5552].map((port) => ({
      name: 'rabbitmq',
      labels: { 'app.kubernetes.io/name': 'gavel-rabbitmq' },
      port,
    })),
    { ...endpoint('redis'), port: 6379 },
    { ...endpoint('nats'), port: 4222 },
  ];
}

function clusterOf(database: string): string {
  return `gavel-${database.replace(/^gavel_/, '').replaceAll('_', '-')}-db`;
}

/** `bids → auth`, `bids → gavel_bids`, `bids → redis`: what the descriptors say. */
function wantedConnections(): ReadonlySet<string> {
  const engines: readonly Engine[] = ['rabbitmq', 'redis', 'nats'];
  const wanted = all.flatMap((descriptor) => {
    const { name, database, environment } = descriptor;
    const called = Object.values(environment).flatMap((value) =>
      typeof value !== 'string' && value.from === 'process' ? [value.name] : [],
    );
    // The web app's address is for links in mails; no process calls it.
    const services = called.filter((each) => all.find((other) => other.name === each)?.kind !== 'web');
    const used = engines.filter((engine) => enginesOf(descriptor).has(engine));
    const migrates = database?.migrations === undefined ? [] : [`migrate-${name} → ${database.name}`];
    const own = [...services, ...used, ...databasesOf(descriptor)];
    return [...own.map((target) => `${name} → ${target}`), ...migrates];
  });
  return new Set(wanted);
}
