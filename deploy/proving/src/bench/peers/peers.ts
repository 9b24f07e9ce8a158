import { graphileWorker } from './graphile-worker.ts';
import type { Peer } from './peer.ts';
import { pgBoss } from './pg-boss.ts';
import { pgTransactionalOutbox } from './pg-transactional-outbox.ts';

/** The libraries that Gavel is measured against. */
export const peers: readonly Peer[] = [graphileWorker, pgBoss, pgTransactionalOutbox];
