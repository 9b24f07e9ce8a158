/** Compares the committed dashboards with their source. */
import { readdirSync, readFileSync } from 'node:fs';
import { dashboardsFolder, dashboardText } from './generate.ts';
import { pages } from './pages.ts';

const expected = new Map(pages.map((page) => [`${page.uid}.json`, dashboardText(page)]));
const committed = readdirSync(dashboardsFolder);
const differing = [...new Set([...expected.keys(), ...committed])].filter(
  (name) =>
    !committed.includes(name) || readFileSync(new URL(name, dashboardsFolder), 'utf8') !== expected.get(name),
);
for (const name of differing) console.error(`deploy/grafana/dashboards/${name} differs from its source`);
if (differing.length > 0) {
  console.error('npm run generate brings the dashboards up to date');
  process.exitCode = 1;
} else {
  console.log(`${committed.length} dashboards are what their sources generate`);
}
