/** A promise to people, as a share of good events. */
export interface Slo {
  /** The alert's name, and in kebab-case the name of its runbook. */
  readonly alert: string;
  /** The prefix of its recording rules: `gavel:<record>:error_ratio_5m`. */
  readonly record: string;
  /** The promised share of good events over 30 days, for example 0.999. */
  readonly objective: number;
  /** What people feel when it is broken. */
  readonly summary: string;
  /** Labels by which the ratio is split; none for one ratio of the whole system. */
  readonly by: readonly string[];
  /** Selectors of counters: bad events or good events, and all events. */
  readonly bad?: string;
  readonly good?: string;
  readonly all: string;
}

/** Codes with which a call fails that its caller did nothing wrong about. A refused bid has another code. */
const faultCodes = 'unknown|deadline_exceeded|internal|unavailable|data_loss';
/** The label of a bucket's bound: Prometheus 3 writes `5.0` where older versions and OTLP write `5`. */
const bound = (seconds: number) => `le=~"${String(seconds).replace('.', '[.]')}([.]0)?"`;
const placeBid = 'rpc_method="bids.v1.BidService/PlaceBid"';

/** The promises that alerts watch. Every scraped target has the label `process`, the descriptor's name. */
export const slos: readonly Slo[] = [
  {
    alert: 'GavelBidsFail',
    record: 'bid_errors',
    objective: 0.999,
    summary: 'Bidders get an error instead of an answer to their bids',
    by: [],
    bad: `rpc_server_call_duration_seconds_count{${placeBid},rpc_response_status_code=~"${faultCodes}"}`,
    all: `rpc_server_call_duration_seconds_count{${placeBid}}`,
  },
  {
    alert: 'GavelBidsSlow',
    record: 'bid_slowness',
    objective: 0.99,
    summary: 'Bidders wait longer than half a second for the answer to a bid',
    by: [],
    good: `rpc_server_call_duration_seconds_bucket{${placeBid},${bound(0.5)}}`,
    all: `rpc_server_call_duration_seconds_count{${placeBid}}`,
  },
  {
    alert: 'GavelEventsLate',
    record: 'publish_lateness',
    objective: 0.99,
    summary:
      'Events are published later than five seconds after their commit, so pages, totals and notifications are late',
    by: ['gavel_outbox_name'],
    good: `gavel_relay_delay_seconds_bucket{${bound(5)}}`,
    all: 'gavel_relay_delay_seconds_count',
  },
  {
    alert: 'GavelProjectionsLate',
    record: 'projection_lateness',
    objective: 0.99,
    summary: 'Totals, leaderboards or notifications show an event later than ten seconds after it happened',
    by: ['messaging_consumer_group_name'],
    good: `gavel_consumer_delay_seconds_bucket{${bound(10)}}`,
    all: 'gavel_consumer_delay_seconds_count',
  },
  {
    alert: 'GavelPagesFail',
    record: 'page_errors',
    objective: 0.999,
    summary: 'Visitors get an error page of the web app',
    by: [],
    bad: 'http_server_request_duration_seconds_count{process="bff",http_response_status_code=~"5.."}',
    all: 'http_server_request_duration_seconds_count{process="bff"}',
  },
];
