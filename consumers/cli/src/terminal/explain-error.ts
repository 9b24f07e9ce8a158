import { isTransient, sqlState } from '@gavel/postgres/sqlstate';
import { SubscriptionRefused } from '@gavel/rabbitmq/event-source';
import { TimeoutError } from '@gavel/resilience';
import { ConfigError } from '@gavel/service-runtime/config';
import { CommandFailure } from '../command-failure.ts';
import { reasonOf } from './reason-of.ts';

const START_IT =
  'Is the system running? `make status` shows it, `make up` starts it. For other systems see `gavel help connections`.';

/** Turns any error into a failure with an exit code and, if there is one, the next step for the user. */
export function explainError(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const message = reasonOf(error);
  if (error instanceof ConfigError) return new CommandFailure('usage', message, undefined, error);
  if (error instanceof SubscriptionRefused) {
    return new CommandFailure(
      'refused',
      message,
      error.refusal.reason === 'not-archived'
        ? '`gavel archive verify` shows what is missing or damaged.'
        : '`gavel streams show` shows the offsets that the partition holds.',
      error,
    );
  }
  // undefined_table: the database answers, but has no tables of Gavel.
  if (sqlState(error) === '42P01') {
    return new CommandFailure('failure', message, 'Run the migrations of this database first.', error);
  }
  // lock_not_available: another session holds a lock that a swap or a seek needs for a moment.
  if (sqlState(error) === '55P03') {
    return new CommandFailure('refused', message, 'Nothing has changed. Try again in a moment.', error);
  }
  if (isTransient(error) || error instanceof TimeoutError || isBrokerUnavailable(message)) {
    return new CommandFailure('unreachable', message, START_IT, error);
  }
  return new CommandFailure('failure', message, undefined, error);
}

/** By the messages of @gavel/rabbitmq, of the NATS client and of `fetch`, which have no error classes of their own. */
function isBrokerUnavailable(message: string): boolean {
  return /no answer within|connection closed|connection ended|given up|was silent|was lost|no chunk arrived|fetch failed/.test(
    message,
  );
}
