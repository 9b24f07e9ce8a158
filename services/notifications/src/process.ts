import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const notificationsServiceProcess = {
  name: 'notifications',
  kind: 'service',
  summary: "serves a user's notifications and preferences",
  entry: 'services/notifications/src/main.ts',
  port: 4004,
  // The notifications consumer owns the tables.
  database: { name: 'gavel_notifications' },
  environment: { DATABASE_URL: from.database, AUTH_URL: from.process('auth') },
  startsAfter: [],
} as const satisfies ProcessDescriptor;
