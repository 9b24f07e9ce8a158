import type { Outcome } from '@gavel/service-runtime/failure';
import type { Preference } from '../domain/notification.ts';
import type { PreferenceStore } from './notification-store.ts';

/** Sets how a person wants some kinds; others stay. The answer holds one of each kind. */
export async function updatePreferences(
  store: PreferenceStore,
  userId: string,
  preferences: readonly Preference[],
): Promise<Outcome<Preference[], 'INVALID_FIELD'>> {
  const twice = preferences.find(({ kind }, i) => preferences.findIndex((each) => each.kind === kind) < i);
  if (twice !== undefined) {
    const problem = `names ${twice.kind} more than once`;
    return {
      ok: false,
      reason: 'INVALID_FIELD',
      message: `preferences: ${problem}`,
      metadata: { preferences: problem },
    };
  }
  return { ok: true, value: await store.set(userId, preferences) };
}
