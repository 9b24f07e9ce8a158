import { installMetricReader } from '@gavel/observability/testing/metric-reader';
import { expect, it } from 'vitest';
import { createLiveMetrics } from './live-metrics.ts';

it('live updates report how many pages are open, and the age of each change once it is written', async () => {
  const reader = installMetricReader();
  let viewers = 2;
  const { recordDelay } = createLiveMetrics(() => viewers);
  recordDelay(Date.now() - 60_000);
  // The clock of the database is ahead.
  recordDelay(Date.now() + 60_000);
  viewers = 3;
  const read = await reader.read();
  expect(read.get('gavel.live.viewers')).toMatchObject({ unit: '{viewer}', points: [{ value: 3 }] });
  expect(read.get('gavel.live.delay')).toMatchObject({
    unit: 's',
    points: [{ value: { count: 2, min: 0, max: expect.closeTo(60, -1) } }],
  });
  await reader.close();
});
