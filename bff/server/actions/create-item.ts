'use server';

import { redirect } from 'next/navigation';
import { failedListing, refusedForm, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { typed } from '../forms/read-form.ts';
import { imageProblem, itemDetails, itemTerms } from '../forms/read-item-form.ts';
import { uploadPictures } from '../pages/upload-pictures.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

const shownAgain = [
  'title',
  'description',
  'start_price',
  'currency',
  'duration',
  'duration_unit',
  'end_at',
  'category',
  'image_urls',
  'reserve_price',
  'buy_now_price',
  'starts_at',
  'soft_close_seconds',
] as const;

/** Lists an item and goes to its page. */
export async function createItem(_: FormState, form: FormData): Promise<FormState> {
  const result = await actionSpan('create-item', () => submit(form));
  if (typeof result !== 'string') return result;
  redirect(`/items/${result}`);
}

async function submit(form: FormData): Promise<FormState | string> {
  const written = itemDetails(form);
  const session = await readSession();
  const shown = { ...typed(form, shownAgain), images: written.images.join(' ') };
  if (session.kind !== 'signed-in') return unsignedForm(session.kind, '/sell', shown);
  // Kept first, so that a form that is shown again for another reason has them already.
  const uploaded = await uploadPictures(form, session);
  const details = { ...written, images: [...written.images, ...uploaded.paths] };
  const values = { ...shown, images: details.images.join(' ') };
  if (uploaded.failure) return failedListing(uploaded.failure, '/sell', values);
  const terms = itemTerms(form, Date.now());
  const images = imageProblem(details.images);
  if (!terms.ok || images)
    return refusedForm({ ...(terms.ok ? {} : terms.fields), ...(images ? { images } : {}) }, values);
  const outcome = await call('bids', () =>
    bidsClient().createItem({ ...details, ...terms.value }, as(session)),
  );
  if (outcome.ok) return outcome.value.item?.id ?? '';
  return failedListing(outcome, '/sell', values);
}
