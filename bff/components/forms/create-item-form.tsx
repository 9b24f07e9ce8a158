'use client';

import { useActionState } from 'react';
import { createItem } from '../../server/actions/create-item.ts';
import { newForm } from '../../server/forms/form-state.ts';
import { offeredCurrencies } from '../../server/money/currency.ts';
import type { CategoryChoice } from '../../server/pages/catalogue.ts';
import { ChoiceField, Field } from './field.tsx';
import { FormMessage } from './form-message.tsx';
import { ItemFields } from './item-fields.tsx';
import { ItemTermsFields } from './item-terms-fields.tsx';
import { SubmitButton } from './submit-button.tsx';

const blank = { title: '', description: '', category: '', images: [] };
const units = ['minutes', 'hours', 'days'].map((unit) => ({ value: unit, label: unit }));
const currencies = offeredCurrencies.map((code) => ({ value: code, label: code }));

export function CreateItemForm({ categories }: { categories: readonly CategoryChoice[] }) {
  const [state, action] = useActionState(createItem, newForm);
  return (
    <form action={action} className="stack" aria-label="List an item">
      <FormMessage state={state} />
      <ItemFields state={state} item={blank} categories={categories} />
      <div className="row">
        <Field
          state={state}
          name="start_price"
          label="Start price"
          inputMode="decimal"
          autoComplete="off"
          hint="What the first bid must be at least, such as 12.50."
          required
        />
        <ChoiceField state={state} name="currency" label="Currency" defaultValue="USD" options={currencies} />
      </div>
      <div className="row">
        <Field
          state={state}
          name="duration"
          label="Runs for"
          type="number"
          min={1}
          step={1}
          defaultValue="7"
          hint="From the moment it is listed."
        />
        <ChoiceField state={state} name="duration_unit" label="Unit" defaultValue="days" options={units} />
      </div>
      <Field
        state={state}
        name="end_at"
        label="Or ends at (UTC, optional)"
        type="datetime-local"
        hint="Date and time in UTC. When filled in, it is used instead of the duration."
      />
      <ItemTermsFields state={state} />
      <SubmitButton label="List item" busy="Listing…" />
    </form>
  );
}
