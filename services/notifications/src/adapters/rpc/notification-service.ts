import type { ServiceImpl } from '@connectrpc/connect';
import type { NotificationService } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import { unwrap } from '@gavel/service-runtime/failure';
import { listNotifications, markRead } from '../../application/notifications.ts';
import type { Notifications, Preferences } from '../../application/ports.ts';
import { getPreferences, updatePreferences } from '../../application/preferences.ts';
import { toNotificationMessage, toPreference, toPreferenceMessage } from './notification-messages.ts';

/** notifications.v1.NotificationService: each method reads the request, runs one use case and builds the response. */
export function createNotificationService(ports: {
  notifications: Notifications;
  preferences: Preferences;
}): ServiceImpl<typeof NotificationService> {
  return {
    async listNotifications({ pageSize, pageToken, unreadOnly }, context) {
      const { userId } = requireCaller(context);
      const page = unwrap(await listNotifications(ports, { userId, pageSize, pageToken, unreadOnly }));
      return { ...page, notifications: page.notifications.map(toNotificationMessage) };
    },
    async markRead({ id }, context) {
      const { userId } = requireCaller(context);
      return { unreadCount: unwrap(await markRead(ports, { userId, id })) };
    },
    async getPreferences(_, context) {
      const { userId } = requireCaller(context);
      return { preferences: (await getPreferences(ports, { userId })).map(toPreferenceMessage) };
    },
    async updatePreferences(request, context) {
      const { userId } = requireCaller(context);
      const changes = request.preferences.map(toPreference);
      const stored = unwrap(await updatePreferences(ports, { userId, changes }));
      return { preferences: stored.map(toPreferenceMessage) };
    },
  };
}
