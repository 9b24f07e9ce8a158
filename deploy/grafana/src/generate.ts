import { mkdir, writeFile } from 'node:fs/promises';
import { buildDashboard, type Page } from './build-dashboard.ts';
import { pages } from './pages.ts';

/** The folder of the generated dashboards, which Grafana's provisioning reads. */
export const dashboardsFolder = new URL('../dashboards/', import.meta.url);

/** The committed text of a dashboard. */
export function dashboardText(page: Page): string {
  return `${JSON.stringify(buildDashboard(page), null, 2)}\n`;
}

if (import.meta.main) {
  await mkdir(dashboardsFolder, { recursive: true });
  for (const page of pages)
    await writeFile(new URL(`${page.uid}.json`, dashboardsFolder), dashboardText(page));
}
