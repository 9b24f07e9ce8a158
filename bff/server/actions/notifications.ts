'use server';

import { create } from '@bufbuild/protobuf';
import { type NotificationKind, PreferenceSchema } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { type FormState, newForm, textsOf } from '../../model/form.ts';
import { as, call, notificationsClient } from '../call-services.ts';
import { failedForm } from '../forms/failed-form.ts';
import { livePrices } from '../live/live-prices.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

const path = '/notifications';

/** Marks all of the caller's notifications as read. */
export async function markRead(_: FormState, __: FormData): Promise<FormState> {
  return runSignedIn('mark-read', { path }, async (session) => {
    const outcome = await call('notifications', () =>
      notificationsClient().markRead({ id: '' }, as(session)),
    );
    refreshAfter(outcome);
    // The person's other pages show the number too.
    livePrices().people.touch(session.userId);
    return outcome.ok ? newForm : failedForm(outcome, path, {});
  });
}

/** Saves the notification settings. Fields, each a kind's number: kind (every row), in_app and email (checked boxes). */
export async function updatePreferences(_: FormState, form: FormData): Promise<FormState> {
  return runSignedIn('update-preferences', { path }, async (session) => {
    const [inApp, email] = [textsOf(form, 'in_app'), textsOf(form, 'email')];
    const preferences = textsOf(form, 'kind').map((kind) =>
      create(PreferenceSchema, {
        // Any number is sent: the service refuses an unknown kind.
        kind: Number(kind) as NotificationKind,
        inApp: inApp.includes(kind),
        email: email.includes(kind),
      }),
    );
    const outcome = await call('notifications', () =>
      notificationsClient().updatePreferences({ preferences }, as(session)),
    );
    refreshAfter(outcome);
    return outcome.ok ? { status: 'done', message: 'Saved.' } : failedForm(outcome, path, {});
  });
}
