'use server';

import { redirect } from 'next/navigation';
import type { CallFailure } from '../../model/call-outcome.ts';
import { type FormState, textOf, typed } from '../../model/form.ts';
import { as, bidsClient, call } from '../call-services.ts';
import { formKeyFrom } from '../forms/bid-form.ts';
import { failedForm, failedListing, refusedForm } from '../forms/failed-form.ts';
import { type ItemDetails, imageProblem, itemDetails, itemKey, itemTerms } from '../forms/item-form.ts';
import { uploadPictures } from '../pictures.ts';
import type { SignedIn } from '../session/session.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

const DAY_SECONDS = 24 * 3_600;

const detailFields = ['title', 'description', 'category', 'image_urls'] as const;
const termFields = [
  'start_price',
  'currency',
  'duration',
  'duration_unit',
  'end_at',
  'reserve_price',
  'buy_now_price',
  'starts_at',
  'soft_close_seconds',
  'idempotency_key',
] as const;

/** Lists an item and goes to its page. */
export async function createItem(_: FormState, form: FormData): Promise<FormState> {
  const typedValues = valuesOf(form, [...detailFields, ...termFields]);
  const result = await runSignedIn('create-item', { path: '/sell', values: typedValues }, async (session) => {
    const { details, failure } = await storeDetails(form, session);
    const values = { ...typedValues, images: details.images.join(' ') };
    if (failure) return failedListing(failure, '/sell', values);
    const terms = itemTerms(form);
    const images = imageProblem(details.images);
    if (!terms.ok || images)
      return refusedForm({ ...(terms.ok ? {} : terms.fields), ...(images ? { images } : {}) }, values);
    const { end, ...rest } = terms.value;
    const item = { ...details, ...rest, ...end };
    const idempotencyKey = itemKey(formKeyFrom(form), item);
    const outcome = await call('bids', () =>
      bidsClient().createItem({ ...item, idempotencyKey }, as(session)),
    );
    return outcome.ok ? (outcome.value.item?.id ?? '') : failedListing(outcome, '/sell', values);
  });
  if (typeof result !== 'string') return result;
  redirect(`/items/${result}`);
}

/** Edits an item and goes to its page. A form without pictures removes the item's pictures. */
export async function updateItem(_: FormState, form: FormData): Promise<FormState> {
  const id = textOf(form, 'item_id');
  const itemPath = `/items/${encodeURIComponent(id)}`;
  const path = `${itemPath}/edit`;
  const typedValues = valuesOf(form, detailFields);
  const failed = await runSignedIn('update-item', { path, values: typedValues }, async (session) => {
    const { details, failure } = await storeDetails(form, session);
    const values = { ...typedValues, images: details.images.join(' ') };
    if (failure) return failedForm(failure, path, values);
    const images = imageProblem(details.images);
    if (images) return refusedForm({ images }, values);
    const change = { id, ...details, clearImages: details.images.length === 0 };
    const outcome = await call('bids', () => bidsClient().updateItem(change, as(session)));
    return outcome.ok ? undefined : failedForm(outcome, path, values);
  });
  if (failed) return failed;
  redirect(itemPath);
}

/** Lists an unsold item again and goes to the new item's page. Fields: item_id, days (1 to 90). */
export async function relistItem(_: FormState, form: FormData): Promise<FormState> {
  const result = await runSignedIn('relist-item', { path: '/listings' }, async (session) => {
    const days = Number(textOf(form, 'days'));
    if (!Number.isInteger(days) || days < 1 || days > 90)
      return refusedForm({ days: 'Choose 1 to 90 days.' }, {});
    const id = textOf(form, 'item_id');
    // An item is relisted once, so a form that is sent again is the same request.
    const request = {
      id,
      durationSeconds: days * DAY_SECONDS,
      idempotencyKey: `relist:${id}:${days}`,
    };
    const outcome = await call('bids', () => bidsClient().relistItem(request, as(session)));
    return outcome.ok ? (outcome.value.item?.id ?? '') : failedListing(outcome, '/listings', {});
  });
  if (typeof result !== 'string') return result;
  redirect(`/items/${result}`);
}

/** Cancels an auction. Field: item_id. */
export async function cancelItem(_: FormState, form: FormData): Promise<FormState> {
  return runSignedIn('cancel-item', { path: '/listings' }, async (session) => {
    const id = textOf(form, 'item_id');
    const outcome = await call('bids', () => bidsClient().cancelItem({ id }, as(session)));
    refreshAfter(outcome);
    return outcome.ok
      ? { status: 'done', message: 'The auction was cancelled.' }
      : failedForm(outcome, '/listings', {});
  });
}

function valuesOf(form: FormData, names: readonly string[]): Record<string, string> {
  return { ...typed(form, names), images: itemDetails(form).images.join(' ') };
}

/**
 * Reads the details and uploads the form's files, before anything else is checked: if the form has another problem and is
 * shown again, it keeps its uploaded pictures.
 */
async function storeDetails(
  form: FormData,
  session: SignedIn,
): Promise<{ details: ItemDetails; failure?: CallFailure }> {
  const details = itemDetails(form);
  const { paths, failure } = await uploadPictures(form, session);
  return { details: { ...details, images: [...details.images, ...paths] }, ...(failure && { failure }) };
}
