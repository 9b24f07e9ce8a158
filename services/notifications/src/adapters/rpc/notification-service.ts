import type { ConnectRouter } from '@connectrpc/connect';
import { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { listNotifications } from '../../application/list-notifications.ts';
import { markRead } from '../../application/mark-read.ts';
import type { NotificationStore, PreferenceStore } from '../../application/notification-store.ts';
import { updatePreferences } from '../../application/update-preferences.ts';
import { toNotificationMessage, toPreference, toPreferenceMessage } from './notification-messages.ts';

/** notifications.v1.NotificationService: each method reads the request, runs its one use case, shapes the answer. */
export function notificationRoutes(notifications: NotificationStore, preferences: PreferenceStore) {
  return (router: ConnectRouter): void => {
    router.service(NotificationService, {
      async listNotifications({ pageSize, pageToken, unreadOnly }, context) {
        const { userId } = requireCaller(context);
        const page = unwrap(
          await listNotifications(notifications, { userId, pageSize, pageToken, unreadOnly }),
        );
        return { ...page, notifications: page.notifications.map(toNotificationMessage) };
      },
      async markRead({ id }, context) {
        return { unreadCount: unwrap(await markRead(notifications, requireCaller(context).userId, id)) };
      },
      async getPreferences(_, context) {
        const found = await preferences.find(requireCaller(context).userId);
        return { preferences: found.map(toPreferenceMessage) };
      },
      async updatePreferences(request, context) {
        const { userId } = requireCaller(context);
        const changes = request.preferences.map(toPreference);
        const stored = unwrap(await updatePreferences(preferences, userId, changes));
        return { preferences: stored.map(toPreferenceMessage) };
      },
    });
  };
}
