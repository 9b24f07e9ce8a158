'use client';

import type { CategoryChoice } from '../../model/catalogue.ts';
import type { FormState } from '../../model/form.ts';
import { offeredCurrencies } from '../../model/money.ts';
import { createItem, updateItem } from '../../server/actions/listing.ts';
import { ChoiceField, Field, TextField } from './field.tsx';
import { ActionForm } from './form.tsx';
import { ItemTermsFields } from './item-terms-fields.tsx';
import { PictureChoice } from './picture-choice.tsx';

interface ItemDefaults {
  title: string;
  description: string;
  category: string;
  images: readonly string[];
}

const blank: ItemDefaults = { title: '', description: '', category: '', images: [] };
const units = ['minutes', 'hours', 'days'].map((unit) => ({ value: unit, label: unit }));
const currencies = offeredCurrencies.map((code) => ({ value: code, label: code }));

/** `formKey` is new each time the page is rendered: sending one rendered form twice lists one item. */
export function CreateItemForm({
  categories,
  formKey,
}: {
  categories: readonly CategoryChoice[];
  formKey: string;
}) {
  return (
    <ActionForm
      action={createItem}
      label="List an item"
      className="stack"
      button="List item"
      busy="Listing item…"
    >
      {(state) => (
        <>
          <input type="hidden" name="idempotency_key" value={state.values?.idempotency_key ?? formKey} />
          <ItemFields state={state} item={blank} categories={categories} />
          <div className="row">
            <Field
              state={state}
              name="start_price"
              label="Starting price"
              inputMode="decimal"
              autoComplete="off"
              hint="The lowest first bid, such as 12.50."
              required
            />
            <ChoiceField
              state={state}
              name="currency"
              label="Currency"
              defaultValue="USD"
              options={currencies}
            />
          </div>
          <div className="row">
            <Field
              state={state}
              name="duration"
              label="Duration"
              type="number"
              min={1}
              step={1}
              defaultValue="7"
              hint="Counted from the start of the auction."
            />
            <ChoiceField
              state={state}
              name="duration_unit"
              label="Unit"
              defaultValue="days"
              options={units}
            />
          </div>
          <Field
            state={state}
            name="end_at"
            label="End date and time (UTC, optional)"
            type="datetime-local"
            hint="If you enter an end, it replaces the duration."
          />
          <ItemTermsFields state={state} />
        </>
      )}
    </ActionForm>
  );
}

interface EditItemFormProps {
  itemId: string;
  item: ItemDefaults;
  categories: readonly CategoryChoice[];
}

export function EditItemForm({ itemId, item, categories }: EditItemFormProps) {
  return (
    <ActionForm action={updateItem} label="Edit item" className="stack" button="Save" busy="Saving…">
      {(state) => (
        <>
          <input type="hidden" name="item_id" value={itemId} />
          <ItemFields state={state} item={item} categories={categories} />
        </>
      )}
    </ActionForm>
  );
}

interface ItemFieldsProps {
  state: FormState;
  item: ItemDefaults;
  categories: readonly CategoryChoice[];
}

/** The fields of a new item that can also be edited later. */
function ItemFields({ state, item, categories }: ItemFieldsProps) {
  return (
    <>
      <Field state={state} name="title" label="Title" defaultValue={item.title} maxLength={200} required />
      <TextField
        state={state}
        name="description"
        label="Description"
        rows={6}
        defaultValue={item.description}
      />
      <ChoiceField
        state={state}
        name="category"
        label="Category"
        defaultValue={item.category}
        options={[{ value: '', label: 'None' }, ...categories]}
      />
      <PictureChoice state={state} images={item.images} />
    </>
  );
}
