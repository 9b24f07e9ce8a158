'use server';

import { redirect } from 'next/navigation';
import { failedForm, refusedForm, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf, typed } from '../forms/read-form.ts';
import { imageProblem, itemDetails } from '../forms/read-item-form.ts';
import { uploadPictures } from '../pages/upload-pictures.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

const shownAgain = ['title', 'description', 'category', 'image_urls'] as const;

/** Edits an item and goes to its page. Without any picture in the form the item has none afterwards. */
export async function updateItem(_: FormState, form: FormData): Promise<FormState> {
  const path = `/items/${encodeURIComponent(textOf(form, 'item_id'))}`;
  const failure = await actionSpan('update-item', () => submit(form, `${path}/edit`));
  if (failure) return failure;
  redirect(path);
}

async function submit(form: FormData, path: string): Promise<FormState | undefined> {
  const written = itemDetails(form);
  const session = await readSession();
  const shown = { ...typed(form, shownAgain), images: written.images.join(' ') };
  if (session.kind !== 'signed-in') return unsignedForm(session.kind, path, shown);
  const uploaded = await uploadPictures(form, session);
  const details = { ...written, images: [...written.images, ...uploaded.paths] };
  const values = { ...shown, images: details.images.join(' ') };
  if (uploaded.failure) return failedForm(uploaded.failure, path, values);
  const images = imageProblem(details.images);
  if (images) return refusedForm({ images }, values);
  const change = { id: textOf(form, 'item_id'), ...details, clearImages: details.images.length === 0 };
  const outcome = await call('bids', () => bidsClient().updateItem(change, as(session)));
  return outcome.ok ? undefined : failedForm(outcome, path, values);
}
