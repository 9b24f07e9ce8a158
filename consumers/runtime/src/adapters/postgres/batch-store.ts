import type { BatchStore } from '../../application/apply-batch.ts';
import { blockedAggregates, park } from './dead-letters.ts';
import { claimNewEvents } from './processed-events.ts';

/** The statements of one batch, for a running consumer and for a replay. */
export const batchStore: BatchStore = { claim: claimNewEvents, blocked: blockedAggregates, park };
