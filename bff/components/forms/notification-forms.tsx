'use client';

import { markRead, updatePreferences } from '../../server/actions/notifications.ts';
import { ActionForm } from './form.tsx';

/** Marks all notifications as read. */
export function MarkReadForm() {
  return (
    <ActionForm action={markRead} className="inline" button="Mark all as read" busy="Saving…" quietButton />
  );
}

export interface ShownPreference {
  /** The kind's number in the contract. */
  kind: number;
  label: string;
  inApp: boolean;
  email: boolean;
}

/** One row per kind of notification, with a box for the site and one for e-mail. */
export function PreferencesForm({ preferences }: { preferences: readonly ShownPreference[] }) {
  return (
    <ActionForm
      action={updatePreferences}
      label="Notification settings"
      className="stack"
      button="Save"
      busy="Saving…"
    >
      {() => (
        <table>
          <thead>
            <tr>
              <th scope="col">Notify me when</th>
              <th scope="col">On the site</th>
              <th scope="col">By e-mail</th>
            </tr>
          </thead>
          {/* The key replaces the boxes after saving, because React would reset them to their first values. */}
          <tbody key={preferences.map(({ inApp, email }) => `${inApp}${email}`).join()}>
            {preferences.map((preference) => (
              <PreferenceRow key={preference.kind} {...preference} />
            ))}
          </tbody>
        </table>
      )}
    </ActionForm>
  );
}

function PreferenceRow({ kind, label, inApp, email }: ShownPreference) {
  return (
    <tr>
      <th scope="row">
        {label}
        <input type="hidden" name="kind" value={kind} />
      </th>
      <td>
        <input
          type="checkbox"
          name="in_app"
          value={kind}
          defaultChecked={inApp}
          aria-label={`${label}: on the site`}
        />
      </td>
      <td>
        <input
          type="checkbox"
          name="email"
          value={kind}
          defaultChecked={email}
          aria-label={`${label}: by e-mail`}
        />
      </td>
    </tr>
  );
}
