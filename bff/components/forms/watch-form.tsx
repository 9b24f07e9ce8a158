'use client';

import { useActionState } from 'react';
import { watchItem } from '../../server/actions/watch-item.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/** Puts an item on the reader's watch list, or takes it off. */
export function WatchForm({ itemId, watched }: { itemId: string; watched: boolean }) {
  const [state, action] = useActionState(watchItem, newForm);
  return (
    <form action={action} aria-label="Watch list">
      <FormMessage state={state} />
      <input type="hidden" name="item_id" value={itemId} />
      <input type="hidden" name="watch" value={watched ? 'no' : 'yes'} />
      <SubmitButton label={watched ? 'Stop watching' : 'Watch'} busy="One moment…" quiet />
    </form>
  );
}
