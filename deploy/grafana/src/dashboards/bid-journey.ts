import type { Page } from '../build-dashboard.ts';
import { perSecond, quantile } from '../promql.ts';

const placeBid = 'rpc_method="bids.v1.BidService/PlaceBid"';
const faults = 'unknown|deadline_exceeded|internal|unavailable|data_loss';
const all = `rpc_server_call_duration_seconds_count{${placeBid}}`;
const failed = `rpc_server_call_duration_seconds_count{${placeBid},rpc_response_status_code=~"${faults}"}`;

/** The way of a bid, hop by hop: how many, how many fail, how long. */
export const bidJourney: Page = {
  uid: 'gavel-bid-journey',
  title: 'Gavel: the journey of a bid',
  description:
    'Rate, errors and duration of each hop, from the page to the projection and to the open pages of others.',
  rows: [
    {
      title: '1 The web app',
      panels: [
        {
          title: 'Requests',
          description: 'Requests of browsers a second, by status.',
          unit: 'reqps',
          queries: {
            '{{http_response_status_code}}': perSecond(
              'http_server_request_duration_seconds_count{process="bff"}',
              'http_response_status_code',
            ),
          },
        },
        {
          title: 'Duration',
          description:
            'Time from a request to the end of its answer, without pages that stay open for live prices.',
          unit: 's',
          queries: {
            p50: quantile(0.5, 'http_server_request_duration_seconds', 'process="bff",http_route!~"/live.*"'),
            p95: quantile(
              0.95,
              'http_server_request_duration_seconds',
              'process="bff",http_route!~"/live.*"',
            ),
          },
        },
      ],
    },
    {
      title: '2 PlaceBid',
      panels: [
        {
          title: 'Bids',
          description:
            'Calls of PlaceBid a second by code. `failed_precondition` is a refused bid, which is an answer.',
          unit: 'reqps',
          queries: {
            '{{rpc_response_status_code}}': perSecond(
              `rpc_server_call_duration_seconds_count{${placeBid}}`,
              'rpc_response_status_code',
            ),
          },
        },
        {
          title: 'Failed bids',
          description: 'The share of calls that fail by our fault. The promise is below 0.1%.',
          unit: 'percentunit',
          queries: {
            // Before the first failed bid its counter does not exist.
            failed: `(sum(rate(${failed}[$__rate_interval])) or 0 * sum(rate(${all}[$__rate_interval]))) / sum(rate(${all}[$__rate_interval]))`,
          },
        },
        {
          title: 'Duration',
          description: 'Time to the answer. The promise is half a second for 99 of 100 bids.',
          unit: 's',
          queries: {
            p50: quantile(0.5, 'rpc_server_call_duration_seconds', placeBid),
            p95: quantile(0.95, 'rpc_server_call_duration_seconds', placeBid),
            p99: quantile(0.99, 'rpc_server_call_duration_seconds', placeBid),
          },
        },
      ],
    },
    {
      title: '3 The database',
      panels: [
        {
          title: 'Duration of statements',
          description: 'p95 of all statements, as each process sees it.',
          unit: 's',
          queries: {
            '{{process}}': quantile(0.95, 'db_client_operation_duration_seconds', '', 'process'),
          },
        },
      ],
    },
    {
      title: '4 Relay and broker',
      panels: [
        {
          title: 'Commit to confirm',
          description:
            'p95 of the time from the commit of an event until stream and exchange have confirmed it.',
          unit: 's',
          queries: {
            '{{gavel_outbox_name}}': quantile(0.95, 'gavel_relay_delay_seconds', '', 'gavel_outbox_name'),
          },
        },
        {
          title: 'Publisher confirms',
          description: 'p95 of the time from sending a message to its confirm.',
          unit: 's',
          queries: {
            '{{messaging_destination_name}}': quantile(
              0.95,
              'messaging_client_operation_duration_seconds',
              'messaging_operation_type="send"',
              'messaging_destination_name',
            ),
          },
        },
      ],
    },
    {
      title: '5 Consumers',
      panels: [
        {
          title: 'Event to effect',
          description:
            'p95 of the time from an event to the commit of its effect. The promise is ten seconds for 99 of 100.',
          unit: 's',
          queries: {
            '{{messaging_consumer_group_name}}': quantile(
              0.95,
              'gavel_consumer_delay_seconds',
              '',
              'messaging_consumer_group_name',
            ),
          },
        },
        {
          title: 'Duration of a batch',
          description: 'p95 of the time from the first statement of a batch to its commit or failure.',
          unit: 's',
          queries: {
            '{{messaging_consumer_group_name}}': quantile(
              0.95,
              'messaging_process_duration_seconds',
              '',
              'messaging_consumer_group_name',
            ),
          },
        },
      ],
    },
    {
      title: '6 Open pages',
      panels: [
        {
          title: 'Bid to eyeball',
          description:
            'Time from a change of an auction until it is written to the last open page of its item. Changes that follow one another within a fifth of a second are sent together, and the last one is measured.',
          unit: 's',
          queries: {
            p50: quantile(0.5, 'gavel_live_delay_seconds', ''),
            p95: quantile(0.95, 'gavel_live_delay_seconds', ''),
            p99: quantile(0.99, 'gavel_live_delay_seconds', ''),
          },
        },
      ],
    },
  ],
};
