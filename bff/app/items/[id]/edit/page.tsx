import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { EditItemForm } from '../../../../components/forms/item-forms.tsx';
import { FailureNotice, Notice } from '../../../../components/page/notice.tsx';
import { categoryChoices } from '../../../../model/catalogue.ts';
import { readItem } from '../../../../server/reads/auctions.ts';
import { requireSessionOrForm } from '../../../../server/session/read-session.ts';
import { reasonSentences } from '../../../../words/reason-sentences.ts';

export const metadata: Metadata = { title: 'Edit item' };

export default async function EditItemPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const path = `/items/${id}/edit`;
  const session = await requireSessionOrForm(path);
  const item = await readItem(id);
  if (!item.ok && item.reason !== 'ITEM_NOT_FOUND') return <FailureNotice failure={item} path={path} />;
  if (!item.ok || !item.value) notFound();
  // The form is shown also while the sign-in has ended or cannot be checked: it keeps what was typed, and bids decides who may edit.
  if (session.kind === 'signed-in' && item.value.sellerId !== session.userId)
    return <Notice kind="bad">{reasonSentences.NOT_ITEM_OWNER({})}</Notice>;
  const { title, description, category, images } = item.value;
  const categories = categoryChoices(category);
  return (
    <>
      <h1>Edit item</h1>
      <EditItemForm itemId={id} item={{ title, description, category, images }} categories={categories} />
    </>
  );
}
