'use server';

import { create } from '@bufbuild/protobuf';
import { type NotificationKind, PreferenceSchema } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { refresh } from 'next/cache';
import { failedForm, isAway, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textsOf } from '../forms/read-form.ts';
import { call } from '../rpc/call.ts';
import { as, notificationsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

/** Stores what the caller wants to be told. Fields, each a kind's number: kind (all shown), in_app and email (ticked). */
export async function updatePreferences(_: FormState, form: FormData): Promise<FormState> {
  return actionSpan('update-preferences', async () => {
    const session = await readSession();
    if (session.kind !== 'signed-in') return unsignedForm(session.kind, '/notifications', {});
    const [inApp, email] = [textsOf(form, 'in_app'), textsOf(form, 'email')];
    const preferences = textsOf(form, 'kind').map((kind) =>
      create(PreferenceSchema, {
        // Whatever number it is: the service refuses one that is no kind.
        kind: Number(kind) as NotificationKind,
        inApp: inApp.includes(kind),
        email: email.includes(kind),
      }),
    );
    const outcome = await call('notifications', () =>
      notificationsClient().updatePreferences({ preferences }, as(session)),
    );
    if (outcome.ok || !isAway(outcome)) refresh();
    if (!outcome.ok) return failedForm(outcome, '/notifications', {});
    return { status: 'done', message: 'Saved.' };
  });
}
