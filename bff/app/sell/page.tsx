import type { Metadata } from 'next';
import { CreateItemForm } from '../../components/forms/create-item-form.tsx';
import { categoryChoices } from '../../server/pages/catalogue.ts';
import { categoryTree } from '../../server/pages/list-pages.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'List an item' };

export default async function SellPage() {
  await requireSession('/sell');
  const categories = categoryChoices(await categoryTree());
  return (
    <>
      <h1>List an item</h1>
      <CreateItemForm categories={categories} />
    </>
  );
}
