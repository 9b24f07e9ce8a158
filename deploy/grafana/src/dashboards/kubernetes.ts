import type { Page } from '../build-dashboard.ts';

const container = 'container!="",container!="POD"';

/** The pods of one namespace, from kube-state-metrics and the kubelet. */
export const kubernetes: Page = {
  uid: 'gavel-kubernetes',
  title: 'Gavel: Kubernetes',
  description:
    'Pods, restarts, CPU and memory in the namespace gavel. Needs kube-state-metrics and cAdvisor.',
  rows: [
    {
      title: 'Pods',
      panels: [
        {
          title: 'Missing replicas',
          description: 'Wanted minus available. Zero except during a rollout.',
          unit: 'short',
          queries: {
            '{{deployment}}':
              'kube_deployment_spec_replicas{namespace="gavel"} - kube_deployment_status_replicas_available{namespace="gavel"}',
          },
        },
        {
          title: 'Restarts',
          description: 'Restarts of containers in an hour.',
          unit: 'short',
          queries: {
            '{{pod}}':
              'sum by (pod) (increase(kube_pod_container_status_restarts_total{namespace="gavel"}[1h]))',
          },
        },
        {
          title: 'Pods that do not run',
          description: 'Pods by phase, without those that run or have ended.',
          unit: 'short',
          queries: {
            '{{phase}}':
              'sum by (phase) (kube_pod_status_phase{namespace="gavel",phase!~"Running|Succeeded"})',
          },
        },
      ],
    },
    {
      title: 'Resources',
      panels: [
        {
          title: 'CPU',
          description: 'Cores in use.',
          unit: 'short',
          queries: {
            '{{pod}}': `sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="gavel",${container}}[$__rate_interval]))`,
          },
        },
        {
          title: 'Throttling',
          description: 'The share of time slices in which a container had to wait for its CPU limit.',
          unit: 'percentunit',
          queries: {
            '{{pod}}': `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{namespace="gavel",${container}}[$__rate_interval])) / sum by (pod) (rate(container_cpu_cfs_periods_total{namespace="gavel",${container}}[$__rate_interval]))`,
          },
        },
        {
          title: 'Memory',
          description: 'The working set, which the memory limit is compared with.',
          unit: 'bytes',
          queries: {
            '{{pod}}': `sum by (pod) (container_memory_working_set_bytes{namespace="gavel",${container}})`,
          },
        },
      ],
    },
  ],
};
