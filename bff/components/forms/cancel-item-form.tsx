'use client';

import { useActionState } from 'react';
import { cancelItem } from '../../server/actions/cancel-item.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/** Asks once more before it cancels, without needing any script. */
export function CancelItemForm({ itemId, title }: { itemId: string; title: string }) {
  const [state, action] = useActionState(cancelItem, newForm);
  return (
    <details className="confirm" open={state.status !== 'new'}>
      <summary aria-label={`Cancel ${title}`}>Cancel…</summary>
      <form action={action}>
        <FormMessage state={state} />
        <input type="hidden" name="item_id" value={itemId} />
        <SubmitButton label="Yes, cancel this auction" busy="Cancelling…" quiet />
      </form>
    </details>
  );
}
