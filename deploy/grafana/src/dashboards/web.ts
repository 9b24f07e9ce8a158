import type { Page } from '../build-dashboard.ts';
import { perSecond, quantile } from '../promql.ts';

const requests = 'http_server_request_duration_seconds';

/** The web app as its visitors see it. */
export const web: Page = {
  uid: 'gavel-web',
  title: 'Gavel: the web app',
  description: 'Pages by route, errors, live viewers, and the calls behind the pages.',
  rows: [
    {
      title: 'Pages',
      panels: [
        {
          title: 'Requests by route',
          description: 'Requests a second.',
          unit: 'reqps',
          queries: {
            '{{http_request_method}} {{http_route}}': perSecond(
              `${requests}_count{process="bff"}`,
              'http_request_method, http_route',
            ),
          },
        },
        {
          title: 'Duration by route',
          description: 'p95. A request of `/live` lasts as long as its page is open.',
          unit: 's',
          queries: {
            '{{http_route}}': quantile(0.95, requests, 'process="bff",http_route!~"/live.*"', 'http_route'),
          },
        },
        {
          title: 'Error pages',
          description: 'Answers with a status of 500 or more, a second.',
          unit: 'reqps',
          queries: {
            '{{http_route}}': perSecond(
              `${requests}_count{process="bff",http_response_status_code=~"5.."}`,
              'http_route',
            ),
          },
        },
      ],
    },
    {
      title: 'Live prices',
      panels: [
        {
          title: 'Live viewers',
          description: 'Open pages that get live prices, by process. A process refuses more than 20,000.',
          unit: 'short',
          queries: { '{{instance}}': 'sum by (instance) (gavel_live_viewers)' },
        },
      ],
    },
    {
      title: 'Behind the pages',
      panels: [
        {
          title: 'Calls of services',
          description: 'p95 of the requests of the web app to each service.',
          unit: 's',
          queries: {
            '{{server_port}}': quantile(
              0.95,
              'http_client_request_duration_seconds',
              'process="bff"',
              'server_port',
            ),
          },
        },
        {
          title: 'Delay of the event loop',
          description: 'p99. Above a tenth of a second, every visitor waits.',
          unit: 's',
          queries: {
            '{{instance}}': 'max by (instance) (nodejs_eventloop_delay_p99_seconds{process="bff"})',
          },
        },
      ],
    },
  ],
};
