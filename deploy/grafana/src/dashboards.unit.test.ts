import { unknownMetrics } from '@gavel/alerts/known-metrics';
import { slos } from '@gavel/alerts/slos';
import { expect, test } from 'vitest';
import { buildDashboard } from './build-dashboard.ts';
import { pages } from './pages.ts';

const recorded = new Set(slos.map(({ record }) => `gavel:${record}:error_ratio_1h`));

test('every chart reads metrics that exist', () => {
  const unknown = pages.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        Object.values(queries).flatMap((expr) =>
          unknownMetrics(expr, recorded).map((name) => `${uid}, ${title}: ${name}`),
        ),
      ),
    ),
  );
  expect(unknown).toEqual([]);
});

test('every dashboard has its own id, rows, described charts, and queries for exemplars', () => {
  expect(new Set(pages.map(({ uid }) => uid)).size).toBe(pages.length);
  for (const page of pages) {
    const panels = buildDashboard(page).panels ?? [];
    const charts = panels.filter(({ type }) => type !== 'row');
    expect(panels.length - charts.length, page.uid).toBe(page.rows.length);
    for (const chart of charts) {
      expect(chart, page.uid).toMatchObject({ description: expect.stringMatching(/\.$/) });
      expect('targets' in chart && chart.targets?.every((target) => 'exemplar' in target), page.uid).toBe(
        true,
      );
    }
  }
});
