import {
  type Container,
  type KubernetesObject,
  nameOf,
  type PodTemplate,
  podOf,
} from '../kubernetes-object.ts';

/** What must be true for every pod that the chart starts. Returns one message per fault. */
export function checkPods(objects: readonly KubernetesObject[]): string[] {
  return objects.flatMap((object) => {
    const pod = podOf(object);
    if (pod === undefined) return [];
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    return [
      ...podFaults(pod),
      ...containers.flatMap(containerFaults),
      ...(object.kind === 'Job' ? [] : pod.spec.containers.flatMap(probeFaults)),
    ].map((fault) => `${nameOf(object)}: ${fault}`);
  });
}

function podFaults({ spec }: PodTemplate): string[] {
  const { securityContext = {} } = spec;
  const faults: [boolean, string][] = [
    [securityContext.runAsNonRoot !== true, 'runs as root: set runAsNonRoot'],
    [!securityContext.runAsUser, 'has no runAsUser, or 0'],
    [securityContext.seccompProfile?.type !== 'RuntimeDefault', 'has no seccompProfile RuntimeDefault'],
    [spec.automountServiceAccountToken !== false, 'gets a token of the Kubernetes API'],
    [spec.serviceAccountName === undefined, 'uses the default ServiceAccount'],
    [spec.hostNetwork === true, 'uses the network of the host'],
  ];
  return faults.flatMap(([holds, fault]) => (holds ? [fault] : []));
}

function containerFaults({ name, image, resources, securityContext = {} }: Container): string[] {
  const faults: [boolean, string][] = [
    [securityContext.allowPrivilegeEscalation !== false, 'may gain privileges'],
    [securityContext.readOnlyRootFilesystem !== true, 'has a writable root file system'],
    [!securityContext.capabilities?.drop?.includes('ALL'), 'keeps capabilities'],
    [resources?.requests?.cpu === undefined, 'requests no cpu'],
    [resources?.requests?.memory === undefined, 'requests no memory'],
    [resources?.limits?.memory === undefined, 'has no limit of memory'],
    [!/:[^:/]+$/.test(image) || image.endsWith(':latest'), `has an image without a pinned tag: ${image}`],
  ];
  return faults.flatMap(([holds, fault]) => (holds ? [`container ${name} ${fault}`] : []));
}

function probeFaults({ name, startupProbe, readinessProbe, livenessProbe }: Container): string[] {
  const missing = Object.entries({ startupProbe, readinessProbe, livenessProbe }).filter(
    ([, probe]) => probe === undefined,
  );
  const faults = missing.map(([kind]) => `container ${name} has no ${kind}`);
  const ready = readinessProbe?.httpGet?.path;
  if (ready !== undefined && ready === livenessProbe?.httpGet?.path) {
    faults.push(`container ${name} asks the same question for readiness and liveness`);
  }
  return faults;
}
