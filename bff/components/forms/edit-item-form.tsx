'use client';

import { useActionState } from 'react';
import { updateItem } from '../../server/actions/update-item.ts';
import { newForm } from '../../server/forms/form-state.ts';
import type { CategoryChoice } from '../../server/pages/catalogue.ts';
import { FormMessage } from './form-message.tsx';
import { type ItemDefaults, ItemFields } from './item-fields.tsx';
import { SubmitButton } from './submit-button.tsx';

interface EditItemFormProps {
  itemId: string;
  item: ItemDefaults;
  categories: readonly CategoryChoice[];
}

export function EditItemForm({ itemId, item, categories }: EditItemFormProps) {
  const [state, action] = useActionState(updateItem, newForm);
  return (
    <form action={action} className="stack" aria-label="Edit item">
      <FormMessage state={state} />
      <input type="hidden" name="item_id" value={itemId} />
      <ItemFields state={state} item={item} categories={categories} />
      <SubmitButton label="Save" busy="Saving…" />
    </form>
  );
}
