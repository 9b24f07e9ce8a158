import { defineConsumer } from '@gavel/consumer-runtime/define-consumer';
import { createLogger } from '@gavel/observability/logger';
import { auditedTypes, toAuctionEvent } from './adapters/events/to-auction-event.ts';
import { loadAuctions, saveAuctions, saveFindings } from './adapters/postgres/audit-tables.ts';
import { auditEvents, type Finding } from './domain/audit-events.ts';

const log = createLogger('auditor');

/** Checks each event of each auction against what auctions promise. */
export const auditorConsumer = defineConsumer({
  name: 'auditor',
  stream: 'gavel.bids',
  subscription: 'gavel.bids.>',
  types: auditedTypes,
  onFailure: { laterEvents: 'wait' },
  projection: { tables: ['audited_auctions', 'audit_findings'] },
  async handle(tx, received) {
    const events = received.map(toAuctionEvent);
    const known = await loadAuctions(tx, [...new Set(events.map(({ itemId }) => itemId))]);
    const { changed, findings } = auditEvents(known, events);
    await saveAuctions(tx, changed);
    await saveFindings(tx, findings);
    tx.afterCommit(() => findings.forEach(logFinding));
  },
});

function logFinding({ rule, detail, event: { itemId, sequence, id } }: Finding): void {
  log.error({ rule, itemId, sequence: sequence.toString(), eventId: id, detail }, 'an auction broke a rule');
}
