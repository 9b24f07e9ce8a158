import { verifierOf } from '@gavel/service-runtime/caller';
import { readServiceConfig } from '@gavel/service-runtime/config';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createPostgresNotifications } from './adapters/postgres/postgres-notifications.ts';
import { createPostgresPreferences } from './adapters/postgres/postgres-preferences.ts';
import { notificationRoutes } from './adapters/rpc/notification-service.ts';
import { notificationsServiceProcess } from './process.ts';

export const notificationsService = defineService({
  process: notificationsServiceProcess,
  readConfig: readServiceConfig,
  build: ({ config, pool }) => ({
    routes: notificationRoutes(createPostgresNotifications(pool), createPostgresPreferences(pool)),
    verify: verifierOf(config),
  }),
});

if (import.meta.main) runService(notificationsService);
