import type { FormState } from '../../server/forms/form-state.ts';
import type { CategoryChoice } from '../../server/pages/catalogue.ts';
import { ChoiceField, Field, TextField } from './field.tsx';
import { PictureChoice } from './picture-choice.tsx';

export interface ItemDefaults {
  title: string;
  description: string;
  category: string;
  images: readonly string[];
}

interface ItemFieldsProps {
  state: FormState;
  item: ItemDefaults;
  categories: readonly CategoryChoice[];
}

/** What may be said of an item before and after it is listed. */
export function ItemFields({ state, item, categories }: ItemFieldsProps) {
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
