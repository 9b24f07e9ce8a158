import type { Page } from '../build-dashboard.ts';
import { perSecond, quantile } from '../promql.ts';

const calls = 'rpc_server_call_duration_seconds_count';
const placeBid = 'rpc_method="bids.v1.BidService/PlaceBid"';

/** What the auction house does for people. */
export const auctions: Page = {
  uid: 'gavel-auctions',
  title: 'Gavel: auctions',
  description: 'Bids, refusals by reason, ends, and the other calls of the services.',
  rows: [
    {
      title: 'Bids',
      panels: [
        {
          title: 'Accepted bids',
          description: 'Accepted bids a second.',
          unit: 'ops',
          queries: {
            accepted: `sum(rate(${calls}{${placeBid},rpc_response_status_code="ok"}[$__rate_interval]))`,
          },
        },
        {
          title: 'Refused bids by reason',
          description: 'Refusals a second. Many `BID_TOO_LOW` at the end of an auction are normal.',
          unit: 'ops',
          queries: { '{{error_type}}': perSecond(`${calls}{${placeBid},error_type!=""}`, 'error_type') },
        },
        {
          title: 'Broken promises',
          description: 'Findings of the auditor, by rule. Anything above 0 needs a person.',
          unit: 'short',
          queries: { '{{gavel_audit_rule}}': 'max by (gavel_audit_rule) (gavel_audit_findings)' },
        },
        {
          title: 'Share of the error budget',
          description:
            'Failed bids in an hour as a multiple of what the promise allows. Above 14.4 a page is sent.',
          unit: 'short',
          queries: {
            failed: 'gavel:bid_errors:error_ratio_1h / 0.001',
            slow: 'gavel:bid_slowness:error_ratio_1h / 0.01',
          },
        },
      ],
    },
    {
      title: 'Ends',
      panels: [
        {
          title: 'Close lateness',
          description:
            'Time from the scheduled end of an auction to its close. Normal is below a tenth of a second, also with thousands of ends a minute.',
          unit: 's',
          queries: {
            p50: quantile(0.5, 'gavel_auction_close_lateness_seconds', ''),
            p99: quantile(0.99, 'gavel_auction_close_lateness_seconds', ''),
          },
        },
      ],
    },
    {
      title: 'All calls',
      panels: [
        {
          title: 'Calls by method',
          description: 'Calls a second of every method.',
          unit: 'reqps',
          queries: { '{{rpc_method}}': perSecond(calls, 'rpc_method') },
        },
        {
          title: 'Duration by method',
          description: 'p95 of every method.',
          unit: 's',
          queries: { '{{rpc_method}}': quantile(0.95, 'rpc_server_call_duration_seconds', '', 'rpc_method') },
        },
        {
          title: 'Failures by reason',
          description: 'Calls a second that did not succeed, by method and reason.',
          unit: 'reqps',
          queries: {
            '{{rpc_method}} {{error_type}}': perSecond(`${calls}{error_type!=""}`, 'rpc_method, error_type'),
          },
        },
      ],
    },
  ],
};
