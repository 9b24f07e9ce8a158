import { withSpan } from '@gavel/observability/tracing';

/**
 * Runs a server action's work in a span named after the action. A redirect belongs after it: Next redirects by throwing,
 * which is no failure.
 */
export function actionSpan<T>(name: string, work: () => Promise<T>): Promise<T> {
  return withSpan(`action ${name}`, { scope: 'gavel.bff' }, work);
}
