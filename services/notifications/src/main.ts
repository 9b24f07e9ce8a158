import { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { verifierOf } from '@gavel/service-runtime/caller';
import { readServiceConfig } from '@gavel/service-runtime/config';
import { defineService, runService } from '@gavel/service-runtime/run-service';
import { createPostgresNotifications } from './adapters/postgres/postgres-notifications.ts';
import { createPostgresPreferences } from './adapters/postgres/postgres-preferences.ts';
import { createNotificationService } from './adapters/rpc/notification-service.ts';
import { notificationsServiceProcess } from './process.ts';

export const notificationsService = defineService({
  process: notificationsServiceProcess,
  readConfig: readServiceConfig,
  build({ config, pool, onStop }) {
    const notifications = createPostgresNotifications(pool);
    const preferences = createPostgresPreferences(pool);
    return {
      routes: (router) =>
        router.service(NotificationService, createNotificationService({ notifications, preferences })),
      verify: verifierOf(config, onStop),
    };
  },
});

if (import.meta.main) runService(notificationsService);
