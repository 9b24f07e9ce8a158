import { isTransient, sqlState } from '@gavel/postgres/sqlstate';
import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { ConfigError } from '@gavel/service-runtime/config';
import { CommandFailure } from '../command-failure.ts';

const AWAY =
  'Is the system up? `make up` starts it, `make status` tells; other systems: `gavel help connections`.';

/** Turns whatever was thrown into a failure with an exit code and, where there is one, a way out. */
export function explainError(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const message = reasonOf(error);
  if (error instanceof ConfigError) return new CommandFailure('usage', message, undefined, error);
  if (error instanceof SubscriptionRefused) {
    return new CommandFailure('refused', message, '`gavel streams show` tells what is still held.', error);
  }
  // undefined_table: the database answers, but nothing of Gavel is in it.
  if (sqlState(error) === '42P01') {
    return new CommandFailure('failure', message, 'Run the migrations of this database first.', error);
  }
  // lock_not_available: somebody holds what a swap or a seek needs for a moment.
  if (sqlState(error) === '55P03') {
    return new CommandFailure('refused', message, 'Nothing has changed. Try again in a moment.', error);
  }
  if (isTransient(error) || isBrokerAway(message)) {
    return new CommandFailure('unreachable', message, AWAY, error);
  }
  return new CommandFailure('failure', message, undefined, error);
}

function isBrokerAway(message: string): boolean {
  return /no connection within|no answer within|connection closed|was silent|no tuning|was lost|fetch failed/.test(
    message,
  );
}

/** What went wrong, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
