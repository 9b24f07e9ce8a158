const window = '[$__rate_interval]';

/** Events a second of a counter, split by labels. */
export function perSecond(counter: string, by: string): string {
  return `sum by (${by}) (rate(${counter}${window}))`;
}

/** A quantile of a histogram, named without its ending, split by labels. `selector` contains label matchers without braces. */
export function quantile(q: number, histogram: string, selector: string, by = ''): string {
  return `histogram_quantile(${q}, sum by (${['le', by].filter(Boolean).join(', ')}) (rate(${histogram}_bucket{${selector}}${window})))`;
}
