import { createLogger } from '@gavel/observability/logger';
import { type Running, startLoop } from '@gavel/resilience';
import { compareSample, type Patience, type Suspects } from './application/compare-sample.ts';
import type { AuditedAuctions, ItemSource } from './application/ports.ts';

const log = createLogger('auditor');

const PAUSE_MS = 2_000;
const SAMPLE = 10;
const PATIENCE: Patience = { behind: 3_000, ahead: 60_000 };

/** Compares a sample of auctions with the bids service every two seconds. */
export function startSourceComparison(ports: { auctions: AuditedAuctions; source: ItemSource }): Running {
  const suspects: Suspects = new Map();
  return startLoop('source-comparison', async () => {
    const options = { size: SAMPLE, suspects, patience: PATIENCE, now: Date.now() };
    for (const difference of await compareSample(ports, options))
      log.error(difference, 'an auction is not what its events say');
    return PAUSE_MS;
  });
}
