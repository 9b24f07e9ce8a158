import { defineConsumerProgram, runConsumer } from '@gavel/consumer-runtime/run-consumer';
import { startConsumer } from '@gavel/consumer-runtime/start-consumer';
import { attribute, metric } from '@gavel/observability/attributes';
import type { Pool } from '@gavel/postgres/pool';
import { metrics, type ObservableResult } from '@opentelemetry/api';
import { countFindings, createAuditedAuctions } from './adapters/postgres/audited-auctions.ts';
import { createItemSource } from './adapters/rpc/item-source.ts';
import { readAuditorConfig } from './config.ts';
import { auditorConsumer } from './consumer.ts';
import { rules } from './domain/rules.ts';
import { auditorProcess } from './process.ts';
import { startSourceComparison } from './source-comparison.ts';

export const auditor = defineConsumerProgram({
  process: auditorProcess,
  readConfig: readAuditorConfig,
  start({ config, pool, onStop }) {
    const comparison = startSourceComparison({
      auctions: createAuditedAuctions(pool),
      source: createItemSource(config.BIDS_URL),
    });
    onStop('comparison with the source', () => comparison.stop());
    onStop('metrics of findings', observeFindings(pool));
    return startConsumer({ definition: auditorConsumer, pool, streamUrl: config.STREAM_URL });
  },
});

/** Reports the number of findings at each collection of metrics; 0 for each rule that holds. */
function observeFindings(pool: Pool): () => void {
  const { name, ...options } = metric.auditFindings;
  const gauge = metrics.getMeter('gavel.auditor').createObservableGauge(name, options);
  const report = async (result: ObservableResult): Promise<void> => {
    const found = await countFindings(pool);
    for (const rule of new Set([...Object.keys(rules), ...found.keys()]))
      result.observe(found.get(rule) ?? 0, { [attribute.auditRule]: rule });
  };
  gauge.addCallback(report);
  return () => gauge.removeCallback(report);
}

if (import.meta.main) runConsumer(auditor);
