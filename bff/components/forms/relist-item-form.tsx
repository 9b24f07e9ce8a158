'use client';

import { useActionState } from 'react';
import { relistItem } from '../../server/actions/relist-item.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/** Puts an unsold item up again, with the same terms. */
export function RelistItemForm({ itemId, title }: { itemId: string; title: string }) {
  const [state, action] = useActionState(relistItem, newForm);
  return (
    <details className="confirm" open={state.status !== 'new'}>
      <summary aria-label={`Relist ${title}`}>Relist…</summary>
      <form action={action}>
        <FormMessage state={state} />
        <input type="hidden" name="item_id" value={itemId} />
        <label>
          Runs for{' '}
          <select name="days" defaultValue="7">
            {[1, 3, 7, 14, 30, 90].map((days) => (
              <option key={days} value={days}>
                {days === 1 ? '1 day' : `${days} days`}
              </option>
            ))}
          </select>
        </label>{' '}
        <SubmitButton label="List it again" busy="Listing…" quiet />
      </form>
    </details>
  );
}
