'use client';

import { useActionState } from 'react';
import { updatePreferences } from '../../server/actions/update-preferences.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

export interface ShownPreference {
  /** The kind's number in the contract. */
  kind: number;
  label: string;
  inApp: boolean;
  email: boolean;
}

/** A row a kind: on the site, by e-mail. */
export function PreferencesForm({ preferences }: { preferences: readonly ShownPreference[] }) {
  const [state, action] = useActionState(updatePreferences, newForm);
  return (
    <form action={action} className="stack" aria-label="Notification preferences">
      <FormMessage state={state} />
      <table>
        <thead>
          <tr>
            <th scope="col">Tell me when</th>
            <th scope="col">On the site</th>
            <th scope="col">By e-mail</th>
          </tr>
        </thead>
        {/* The key makes new boxes of them, because React resets a box to the value that it first had. */}
        <tbody key={preferences.map(({ inApp, email }) => `${inApp}${email}`).join()}>
          {preferences.map(({ kind, label, inApp, email }) => (
            <tr key={kind}>
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
          ))}
        </tbody>
      </table>
      <SubmitButton label="Save" busy="Saving…" />
    </form>
  );
}
