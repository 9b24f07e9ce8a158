import { describe, expect, test } from 'vitest';
import { faultNames } from './plan-faults.ts';
import { runCampaign } from './run-campaign.ts';
import { describeVerdict } from './verdict.ts';

describe('60 seconds of bidding by 20 clients', () => {
  test('nothing is lost, duplicated or out of order when relay, consumer, bids, RabbitMQ and Postgres are killed', async () => {
    const { faults, verdict, backlog } = await runCampaign({
      seed: 20_260_101,
      durationMs: 60_000,
      bidders: 20,
      items: 12,
      pauseMs: 80,
      report: (line) => process.stderr.write(`[faults] ${line}\n`),
    });
    process.stderr.write(`[faults] ${describeVerdict(verdict)}\n`);
    expect(new Set(faults.map(({ name }) => name))).toEqual(new Set(faultNames));
    expect(backlog).toBeUndefined();
    expect(verdict.violations).toEqual([]);
    expect(verdict.unanswered).toBe(0);
    // A campaign with few bids would prove little.
    expect(verdict.acknowledged).toBeGreaterThan(200);
    expect(verdict.retried).toBeGreaterThan(0);
  });
});
