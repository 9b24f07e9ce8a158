import { allRules, withoutThresholds } from '@gavel/alerts/read-rules';
import { pages } from '@gavel/grafana/pages';
import { type OtlpReceiver, startOtlpReceiver } from '@gavel/observability/testing/otlp-receiver';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../e2e/browser.ts';
import { startWebSystem } from '../e2e/web-system.ts';
import type { System } from '../system/start-system.ts';
import { liveThroughADay } from './full-run.ts';
import { queryPrometheus } from './prometheus.ts';
import { type Monitoring, startMonitoring } from './start-monitoring.ts';

/** Queries that may have no value while nothing is wrong, by a part of their text. */
const emptyWithoutIncident: readonly (readonly [part: string, why: string])[] = [
  ['gavel_relay_failures_total', 'counts refusals and lost connections, and appears with the first one'],
  ['gavel_consumer_retries_total', 'counts failed batches, and appears with the first one'],
  ['http_response_status_code=~"5.."', 'counts error pages, and appears with the first one'],
];

let receiver: OtlpReceiver;
let system: System;
let browser: Browser;
let monitoring: Monitoring;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  system = await startWebSystem({
    env: { ...receiver.environment, OTEL_BSP_SCHEDULE_DELAY: '200' },
  });
  [monitoring, browser] = await Promise.all([startMonitoring(system), launchBrowser()]);
  await liveThroughADay(system, browser);
});
afterAll(async () => {
  await browser?.close();
  await monitoring?.stop();
  await system?.stop();
  await receiver?.close();
});

describe('a full run', () => {
  it('gives every chart and every alert a value in Prometheus', async () => {
    const charts = pages
      // Kubernetes is not here to be asked.
      .filter(({ uid }) => uid !== 'gavel-kubernetes')
      .flatMap(({ uid, rows }) =>
        rows.flatMap(({ panels }) =>
          panels.flatMap(({ title, queries }) =>
            Object.values(queries).map((expr) => ({
              of: `${uid}, ${title}`,
              expr: expr.replaceAll('$__rate_interval', '1m'),
            })),
          ),
        ),
      );
    const alerts = allRules().map(({ alert, record, expr }) => ({
      of: alert ?? record ?? '',
      expr: withoutThresholds(expr),
    }));
    const unanswered = async () => {
      const asked = await Promise.all(
        [...charts, ...alerts]
          .filter(({ expr }) => !emptyWithoutIncident.some(([part]) => expr.includes(part)))
          .map(async (each) => ({
            ...each,
            samples: await queryPrometheus(monitoring.prometheusUrl, each.expr),
          })),
      );
      return asked.filter(({ samples }) => samples.length === 0).map(({ of, expr }) => `${of}: ${expr}`);
    };
    await vi.waitFor(async () => expect(await unanswered()).toEqual([]), {
      timeout: 30_000,
      interval: 1_000,
    });
  });
});
