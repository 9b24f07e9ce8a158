'use client';

import { unstable_rethrow } from 'next/navigation';
import { useActionState } from 'react';
import { type FormState, newForm } from '../../model/form.ts';
import { filesAgain, pictureValues } from '../../model/item-pictures.ts';

type FormAction = (state: FormState, form: FormData) => Promise<FormState>;

/**
 * A form's state and the function that sends it. When no answer arrives, the form stays with what was typed and says so. The
 * server's HTML gets the action itself, so that the form also works without script.
 */
export function useFormAction(action: FormAction): [FormState, (form: FormData) => void] {
  const [state, send] = useActionState(
    typeof window === 'undefined' ? action : keepingTheForm(action),
    newForm,
  );
  return [state, send];
}

function keepingTheForm(action: FormAction): FormAction {
  return async (state, form) => {
    try {
      return await action(state, form);
    } catch (error) {
      // A redirect is thrown, too. An error of the server has a digest: its page says that it was recorded.
      unstable_rethrow(error);
      if (error instanceof Error && 'digest' in error) throw error;
      console.info('no answer to a form', error);
      const message =
        'The connection was lost. We do not know whether this was saved. Please check, then try again.';
      return { status: 'failed', message, values: textsIn(form), fields: { ...filesAgain(form) } };
    }
  };
}

/** What was typed, without passwords: they are not kept. */
function textsIn(form: FormData): Record<string, string> {
  const texts = [...form].flatMap(([name, value]) =>
    typeof value === 'string' && !name.startsWith('$') && !name.includes('password') ? [[name, value]] : [],
  );
  return { ...Object.fromEntries(texts), ...(form.has('image_urls') ? pictureValues(form) : {}) };
}
