'use client';

import { useActionState } from 'react';
import { markRead } from '../../server/actions/mark-read.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { FormMessage } from './form-message.tsx';
import { SubmitButton } from './submit-button.tsx';

/** Marks everything as read. */
export function MarkReadForm() {
  const [state, action] = useActionState(markRead, newForm);
  return (
    <form action={action} className="inline">
      <FormMessage state={state} />
      <SubmitButton label="Mark all as read" busy="One moment…" quiet />
    </form>
  );
}
