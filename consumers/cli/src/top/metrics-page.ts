/** One line of a `/metrics` page: the value of one series. */
export interface MetricPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+([+-]?(?:Inf|\d\S*)|NaN)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * Reads Prometheus's text format, version 0.0.4, which every process serves. Comments and lines that are not a sample are
 * passed over. Source: https://prometheus.io/docs/instrumenting/exposition_formats
 */
export function parseMetricsPage(page: string): MetricPoint[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value = ''] = LINE.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: toNumber(value) }];
  });
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, unescapeLabel(value)]);
  return Object.fromEntries(pairs);
}

function unescapeLabel(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function toNumber(value: string): number {
  return Number(value.replace(/^([+-]?)Inf$/, '$1Infinity'));
}
