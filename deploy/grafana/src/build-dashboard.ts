import {
  LegendDisplayMode,
  LegendPlacement,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** One chart. */
export interface Panel {
  readonly title: string;
  /** What a reader learns from it, and what is normal. */
  readonly description: string;
  /** A unit of Grafana: `s`, `ops`, `percentunit`, `bytes`, `short`. */
  readonly unit: string;
  /** Queries in PromQL by their legend. */
  readonly queries: Readonly<Record<string, string>>;
}

/** One page of charts, in rows. */
export interface Page {
  /** Its id in URLs, and the name of its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const tag = 'gavel';
const metrics = { type: 'prometheus', uid: '$metrics' };

/** A dashboard as Grafana stores it. Every page links to the others, and the reader chooses the Prometheus. */
export function buildDashboard(page: Page): Dashboard {
  const builder = new DashboardBuilder(page.title)
    .uid(page.uid)
    .description(page.description)
    .tags([tag])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('utc')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('metrics').label('Prometheus').type('prometheus'))
    .link(
      new DashboardLinkBuilder('Gavel')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const row of page.rows) {
    builder.withRow(new RowBuilder(row.title));
    const width = Math.max(6, Math.floor(24 / row.panels.length));
    for (const panel of row.panels) builder.withPanel(buildPanel(panel, width));
  }
  return builder.build();
}

function buildPanel({ title, description, unit, queries }: Panel, width: number): PanelBuilder {
  const panel = new PanelBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .datasource(metrics)
    .height(8)
    .span(width)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    );
  for (const [index, [legend, expr]] of Object.entries(queries).entries()) {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index);
    panel.withTarget(
      new DataqueryBuilder().refId(refId).expr(expr).legendFormat(legend).exemplar(true).range(),
    );
  }
  return panel;
}
