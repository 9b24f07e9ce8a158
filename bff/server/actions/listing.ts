'use server';

import { redirect } from 'next/navigation';
import type { CallFailure } from '../../model/call-outcome.ts';
import { type FormState, textOf, typed } from '../../model/form.ts';
import { linkProblem, pictureValues, readPictures } from '../../model/item-pictures.ts';
import { sentenceFor } from '../../words/reason-sentences.ts';
import { as, bidsClient, call } from '../call-services.ts';
import { formKeyFrom } from '../forms/bid-form.ts';
import { failedForm, failedListing, refusedForm, SIGN_IN_EMAIL } from '../forms/failed-form.ts';
import { type ItemDetails, itemDetails, itemKey, itemTerms } from '../forms/item-form.ts';
import { uploadPictures } from '../pictures.ts';
import type { SignedIn } from '../session/session.ts';
import { refreshAfter, runSignedIn } from './run-action.ts';

const DAY_SECONDS = 24 * 3_600;

const detailFields = ['title', 'description', 'category'] as const;
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

const furtherFields = ['uploads', SIGN_IN_EMAIL] as const;

/** Lists an item and goes to its page. */
export async function createItem(_: FormState, form: FormData): Promise<FormState> {
  const path = '/sell';
  const values = valuesOf(form, [...detailFields, ...termFields]);
  const result = await runSignedIn('create-item', { path, values, form }, async (session) => {
    const { details, shown, fields, failure } = await storeDetails(form, values, session);
    if (failure) return uploadsAgain(failedForm(failure, path, shown, furtherFields));
    const terms = itemTerms(form);
    const problems = { ...fields, ...(terms.ok ? {} : terms.fields) };
    if (!terms.ok || Object.keys(problems).length > 0) return refusedForm(problems, shown);
    const { end, ...rest } = terms.value;
    const item = { ...details, ...rest, ...end };
    const idempotencyKey = itemKey(formKeyFrom(form), item);
    const outcome = await call('bids', () =>
      bidsClient().createItem({ ...item, idempotencyKey }, as(session)),
    );
    return outcome.ok ? (outcome.value.item?.id ?? '') : failedListing(outcome, path, shown, furtherFields);
  });
  if (typeof result !== 'string') return result;
  redirect(`/items/${result}`);
}

/** Edits an item and goes to its page. A form without pictures removes the item's pictures. */
export async function updateItem(_: FormState, form: FormData): Promise<FormState> {
  const id = textOf(form, 'item_id');
  const itemPath = `/items/${encodeURIComponent(id)}`;
  const path = `${itemPath}/edit`;
  const values = valuesOf(form, detailFields);
  const failed = await runSignedIn('update-item', { path, values, form }, async (session) => {
    const { details, shown, fields, failure } = await storeDetails(form, values, session);
    if (failure) return uploadsAgain(failedForm(failure, path, shown, furtherFields));
    if (Object.keys(fields).length > 0) return refusedForm(fields, shown);
    const change = { id, ...details, clearImages: details.images.length === 0 };
    const outcome = await call('bids', () => bidsClient().updateItem(change, as(session)));
    return outcome.ok ? undefined : failedForm(outcome, path, shown, furtherFields);
  });
  if (failed) return failed;
  redirect(itemPath);
}

/** Lists an unsold item again and goes to the new item's page. Fields: item_id, days (1 to 90). */
export async function relistItem(_: FormState, form: FormData): Promise<FormState> {
  const result = await runSignedIn('relist-item', { path: '/listings' }, async (session) => {
    const shownDays = textOf(form, 'days');
    const days = Number(shownDays);
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
    return outcome.ok
      ? (outcome.value.item?.id ?? '')
      : failedListing(outcome, '/listings', { days: shownDays });
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
  return { ...typed(form, names), ...pictureValues(form) };
}

interface StoredDetails {
  details: ItemDetails;
  /** What the form shows when it is refused: also the pictures that were stored just now. */
  shown: Record<string, string>;
  /** Sentences for links and files that were refused. */
  fields: Record<string, string>;
  /** Why files that are not to blame were not stored. */
  failure?: CallFailure;
}

/**
 * Reads the details and uploads the form's files, before anything else is checked: if the form has another problem and is
 * shown again, it keeps its uploaded pictures.
 */
async function storeDetails(
  form: FormData,
  values: Record<string, string>,
  session: SignedIn,
): Promise<StoredDetails> {
  const { paths, refused, failure } = await uploadPictures(form, session);
  const link = linkProblem(readPictures(form).refusedLinks);
  const files = refused.map(({ name, failure }) => `“${name.slice(0, 60)}”: ${sentenceFor(failure)}`);
  const details = itemDetails(form);
  const images = [...new Set([...details.images, ...paths])];
  return {
    details: { ...details, images },
    shown: { ...values, images: images.join('\n') },
    fields: { ...(link && { image_urls: link }), ...(files.length > 0 && { uploads: files.join(' ') }) },
    ...(failure && { failure }),
  };
}

/** The form after a failure that stopped the uploads: the stored pictures are kept, the other files must be chosen again. */
function uploadsAgain(state: FormState): FormState {
  const uploads = 'Some pictures were not saved. Please choose those that are missing again.';
  return { ...state, fields: { uploads, ...state.fields } };
}
