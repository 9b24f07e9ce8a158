import type { Page } from '../build-dashboard.ts';
import { perSecond, quantile } from '../promql.ts';

/** What Gavel runs on: Node, Postgres, Redis, RabbitMQ. */
export const engines: Page = {
  uid: 'gavel-engines',
  title: 'Gavel: engines',
  description: 'Node, the databases as the processes see them, and RabbitMQ by its own metrics.',
  rows: [
    {
      title: 'Node',
      panels: [
        {
          title: 'Event loop delay',
          description:
            'p99 of each process. 10 ms is the distance of two samples, so it is the lowest value.',
          unit: 's',
          queries: { '{{process}}': 'max by (process) (nodejs_eventloop_delay_p99_seconds)' },
        },
        {
          title: 'Event loop utilization',
          description: 'Near 1, a process has no time left.',
          unit: 'percentunit',
          queries: { '{{process}}': 'max by (process) (nodejs_eventloop_utilization_ratio)' },
        },
        {
          title: 'Heap',
          description: 'Used memory of the JavaScript heap.',
          unit: 'bytes',
          queries: { '{{process}}': 'sum by (process) (v8js_memory_heap_used_bytes)' },
        },
        {
          title: 'Garbage collection',
          description: 'Seconds of collection in a second, by kind.',
          unit: 's',
          queries: {
            '{{process}} {{v8js_gc_type}}': perSecond(
              'v8js_gc_duration_seconds_sum',
              'process, v8js_gc_type',
            ),
          },
        },
      ],
    },
    {
      title: 'Postgres and Redis',
      panels: [
        {
          title: 'Statements',
          description: 'Statements a second of each process.',
          unit: 'ops',
          queries: { '{{process}}': perSecond('db_client_operation_duration_seconds_count', 'process') },
        },
        {
          title: 'Duration of statements',
          description: 'p99 of each process.',
          unit: 's',
          queries: { '{{process}}': quantile(0.99, 'db_client_operation_duration_seconds', '', 'process') },
        },
        {
          title: 'Connections',
          description: 'Connections of the pools by state, and requests that wait for one.',
          unit: 'short',
          queries: {
            '{{process}} {{db_client_connection_state}}':
              'sum by (process, db_client_connection_state) (db_client_connection_count)',
            '{{process}} waiting': 'sum by (process) (db_client_connection_pending_requests)',
          },
        },
      ],
    },
    {
      title: 'RabbitMQ',
      panels: [
        {
          title: 'Messages in queues',
          description: 'Ready and unacknowledged messages.',
          unit: 'short',
          queries: {
            ready: 'sum(rabbitmq_queue_messages_ready)',
            unacked: 'sum(rabbitmq_queue_messages_unacked)',
          },
        },
        {
          title: 'Connections',
          description: 'Connections of all clients.',
          unit: 'short',
          queries: { connections: 'sum(rabbitmq_connections)' },
        },
        {
          title: 'Free disk',
          description: 'Below the limit, the broker accepts nothing.',
          unit: 'bytes',
          queries: {
            '{{instance}} free': 'rabbitmq_disk_space_available_bytes',
            '{{instance}} limit': 'rabbitmq_disk_space_available_limit_bytes',
          },
        },
      ],
    },
  ],
};
