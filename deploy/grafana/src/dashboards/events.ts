import type { Page } from '../build-dashboard.ts';
import { perSecond } from '../promql.ts';

const byOutbox = (metric: string) => ({ '{{gavel_outbox_name}}': `max by (gavel_outbox_name) (${metric})` });
const group = 'messaging_consumer_group_name';
const partition = 'messaging_destination_partition_id';

/** Outboxes, relays and consumers: is every event on its way? */
export const events: Page = {
  uid: 'gavel-events',
  title: 'Gavel: events',
  description: 'Outboxes, relays, consumers, and what stands in the way of events.',
  rows: [
    {
      title: 'Outboxes',
      panels: [
        {
          title: 'Backlog',
          description: 'Events that are committed and not yet published. Normally near zero.',
          unit: 'short',
          queries: byOutbox('gavel_outbox_backlog'),
        },
        {
          title: 'Oldest unpublished event',
          description: 'Its age. A page is sent after a minute.',
          unit: 's',
          queries: byOutbox('gavel_outbox_oldest_age_seconds'),
        },
        {
          title: 'Set aside and lost',
          description: 'Events that can never be published, and ranges that a stream has lost. Always zero.',
          unit: 'short',
          queries: {
            'set aside: {{gavel_outbox_name}}': 'max by (gavel_outbox_name) (gavel_outbox_set_aside)',
            'lost: {{gavel_outbox_name}}': 'max by (gavel_outbox_name) (gavel_outbox_lost)',
          },
        },
      ],
    },
    {
      title: 'Relays',
      panels: [
        {
          title: 'Published events',
          description: 'Events a second that stream and exchange have confirmed.',
          unit: 'ops',
          queries: { '{{gavel_outbox_name}}': perSecond('gavel_relay_published_total', 'gavel_outbox_name') },
        },
        {
          title: 'Active relays',
          description: 'Exactly one for each outbox; none or two need a look.',
          unit: 'short',
          queries: { '{{gavel_outbox_name}}': 'sum by (gavel_outbox_name) (gavel_relay_active)' },
        },
        {
          title: 'Failures and takeovers',
          description:
            'Failed attempts to publish, and changes of the active relay, in the last five minutes.',
          unit: 'short',
          queries: {
            'failed: {{error_type}}': 'sum by (error_type) (increase(gavel_relay_failures_total[5m]))',
            'takeovers: {{gavel_outbox_name}}':
              'sum by (gavel_outbox_name) (increase(gavel_relay_takeovers_total[5m]))',
          },
        },
      ],
    },
    {
      title: 'Consumers',
      panels: [
        {
          title: 'Lag in messages',
          description:
            'Offsets between the checkpoint and the end of each partition. Short peaks are normal.',
          unit: 'short',
          queries: {
            [`{{${group}}} {{${partition}}}`]: `max by (${group}, ${partition}) (gavel_consumer_lag)`,
          },
        },
        {
          title: 'Lag in seconds',
          description: 'Age of the oldest message that is received and not committed.',
          unit: 's',
          queries: {
            [`{{${group}}} {{${partition}}}`]: `max by (${group}, ${partition}) (gavel_consumer_lag_time_seconds)`,
          },
        },
        {
          title: 'Handled events',
          description: 'Events a second by outcome. `duplicate` after a restart is normal.',
          unit: 'ops',
          queries: {
            [`{{${group}}} {{gavel_consumer_outcome}}`]: perSecond(
              'gavel_consumer_handled_total',
              `${group}, gavel_consumer_outcome`,
            ),
          },
        },
      ],
    },
    {
      title: 'What stands in the way',
      panels: [
        {
          title: 'Dead letters',
          description: 'Parked events. Each one needs a person.',
          unit: 'short',
          queries: { [`{{${group}}}`]: `max by (${group}) (gavel_consumer_dead_letters)` },
        },
        {
          title: 'Refused partitions',
          description: 'Partitions whose checkpoint is no longer in the stream. Nothing is read there.',
          unit: 'short',
          queries: {
            [`{{${group}}} {{${partition}}}`]: `max by (${group}, ${partition}) (gavel_consumer_refused)`,
          },
        },
        {
          title: 'Retries and rebalances',
          description:
            'Failed batches that are tried again, and partitions that changed their member, in five minutes.',
          unit: 'short',
          queries: {
            [`retries: {{${group}}} {{error_type}}`]: `sum by (${group}, error_type) (increase(gavel_consumer_retries_total[5m]))`,
            [`rebalances: {{${group}}}`]: `sum by (${group}) (increase(gavel_consumer_rebalances_total[5m]))`,
          },
        },
      ],
    },
  ],
};
