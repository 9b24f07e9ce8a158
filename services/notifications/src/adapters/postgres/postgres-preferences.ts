import type { Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import type { Preferences } from '../../application/ports.ts';
import { type NotificationKind, notificationKinds, type Preference } from '../../domain/notification.ts';

interface Row {
  kind: NotificationKind;
  in_app: boolean;
  email: boolean;
}

const everyKind = `
  SELECT kind, coalesce(own.in_app, fallback.in_app) AS in_app, coalesce(own.email, fallback.email) AS email
  FROM preference_defaults AS fallback
  LEFT JOIN (SELECT * FROM preferences WHERE user_id = $1) AS own USING (kind)`;

/** Users' own preferences, with the defaults for everything else. The consumer reads the same tables for each notification. */
export function createPostgresPreferences(pool: Pool): Preferences {
  return {
    async find(userId) {
      return toPreferences((await pool.query<Row>(everyKind, [userId])).rows);
    },
    set: (userId, preferences) =>
      transaction(pool, async (tx) => {
        await tx.query(
          `INSERT INTO preferences (user_id, kind, in_app, email)
           SELECT $1, * FROM unnest($2::text[], $3::boolean[], $4::boolean[])
           ON CONFLICT (user_id, kind) DO UPDATE SET in_app = excluded.in_app, email = excluded.email, updated_at = now()`,
          [
            userId,
            preferences.map(({ kind }) => kind),
            preferences.map(({ inApp }) => inApp),
            preferences.map(({ email }) => email),
          ],
        );
        return toPreferences((await tx.query<Row>(everyKind, [userId])).rows);
      }),
  };
}

function toPreferences(rows: readonly Row[]): Preference[] {
  const order = (kind: NotificationKind): number => notificationKinds.indexOf(kind);
  return rows
    .map((row) => ({ kind: row.kind, inApp: row.in_app, email: row.email }))
    .toSorted((a, b) => order(a.kind) - order(b.kind));
}
