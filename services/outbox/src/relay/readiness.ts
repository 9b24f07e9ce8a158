import type { EventPublisher } from '@gavel/rabbitmq/event-publisher';
import type { Health } from '@gavel/service-runtime/health';
import type { Relay } from './start-relay.ts';
import { describeLost } from './term/term-records.ts';

// A takeover takes less than 3 seconds.
const OLD_SECONDS = 10;

/**
 * The checks behind a relay's /readyz:
 *
 * - `database`: takes writes.
 * - `outbox`: role and backlog. They are read from the tables, so the check fails without the database.
 * - `nothing lost`: fails, also in a standby, while the stream lacks events that it had confirmed and no refill brought back.
 * - `no old backlog`: fails in a standby while events wait for more than 10 seconds: the active relay does not publish them, and
 *   this one has not replaced it.
 * - `stream`, `exchange`: whether the publishers of the active relay are connected. A standby is ready and reports "standing by".
 */
export function addRelayChecks(health: Health, relay: Relay): void {
  health.check('database', () => relay.checkDatabase());
  health.check('outbox', async () => {
    const { role, problem } = relay.status();
    const backlog = await relay.backlog();
    if (problem) throw new Error(problem);
    return { role, ...backlog };
  });
  health.check('nothing lost', async () => {
    const { lost } = await relay.backlog();
    if (lost.length > 0) throw new Error(lost.map(describeLost).join('; '));
  });
  health.check('no old backlog', async () => {
    if (relay.status().role === 'active') return;
    const { oldestSeconds } = await relay.backlog();
    if (oldestSeconds > OLD_SECONDS) throw new Error(`events wait for ${Math.round(oldestSeconds)} s`);
  });
  health.check('stream', () => connected(relay, 'stream'));
  health.check('exchange', () => connected(relay, 'exchange'));
}

function connected(relay: Relay, which: 'stream' | 'exchange'): EventPublisher['status'] | string {
  const { role, [which]: status } = relay.status();
  if (role === 'standby') return 'standing by';
  if (!status?.connected || status.problem) throw new Error(status?.problem ?? 'not connected yet');
  return status;
}
