import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const notificationsServiceProcess = {
  name: 'notifications',
  kind: 'service',
  summary: "serves a person's notifications, and which ones they want",
  entry: 'services/notifications/src/main.ts',
  port: 4004,
  // The notifications consumer owns the tables.
  database: { name: 'gavel_notifications' },
  environment: { DATABASE_URL: from.database, AUTH_URL: from.process('auth') },
  startsAfter: [],
} as const satisfies ProcessDescriptor;
