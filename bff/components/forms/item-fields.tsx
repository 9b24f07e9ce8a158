import type { FormState } from '../../server/forms/form-state.ts';
import { categories, categoryLabel } from '../../server/pages/catalogue.ts';
import { ChoiceField, Field, TextField } from './field.tsx';
import { PictureChoice } from './picture-choice.tsx';

export interface ItemDefaults {
  title: string;
  description: string;
  category: string;
  images: readonly string[];
}

/** What may be said of an item before and after it is listed. */
export function ItemFields({ state, item }: { state: FormState; item: ItemDefaults }) {
  const offered: readonly string[] = categories;
  const choices =
    item.category === '' || offered.includes(item.category) ? offered : [item.category, ...offered];
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
        options={[
          { value: '', label: 'None' },
          ...choices.map((value) => ({ value, label: categoryLabel(value) })),
        ]}
      />
      <PictureChoice state={state} images={item.images} />
    </>
  );
}
