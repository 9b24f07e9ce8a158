import { invalidFields, type Outcome } from '@gavel/service-runtime/failure';
import type { Preference } from '../domain/notification.ts';
import type { Preferences } from './ports.ts';

interface Ports {
  readonly preferences: Preferences;
}

/** A user's preferences, one per kind of notification. */
export function getPreferences(
  { preferences }: Ports,
  { userId }: { userId: string },
): Promise<Preference[]> {
  return preferences.find(userId);
}

/** Sets a user's preferences for some kinds and leaves the others as they are. Returns one preference per kind. */
export async function updatePreferences(
  { preferences }: Ports,
  { userId, changes }: { userId: string; changes: readonly Preference[] },
): Promise<Outcome<Preference[], 'INVALID_FIELD'>> {
  const repeated = changes.find(({ kind }, i) => changes.findIndex((each) => each.kind === kind) < i);
  const invalid = invalidFields(
    repeated === undefined ? {} : { preferences: `names ${repeated.kind} more than once` },
  );
  return invalid ?? { ok: true, value: await preferences.set(userId, changes) };
}
