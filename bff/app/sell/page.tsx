import type { Metadata } from 'next';
import { CreateItemForm } from '../../components/forms/item-forms.tsx';
import { categoryChoices } from '../../model/catalogue.ts';
import { requireSessionOrForm } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'List an item' };

export default async function SellPage() {
  await requireSessionOrForm('/sell');
  return (
    <>
      <h1>List an item</h1>
      <CreateItemForm formKey={crypto.randomUUID()} categories={categoryChoices()} />
    </>
  );
}
