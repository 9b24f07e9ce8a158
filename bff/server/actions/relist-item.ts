'use server';

import { redirect } from 'next/navigation';
import { failedListing, refusedForm, unsignedForm } from '../forms/failed-form.ts';
import type { FormState } from '../forms/form-state.ts';
import { textOf } from '../forms/read-form.ts';
import { call } from '../rpc/call.ts';
import { as, bidsClient } from '../rpc/clients.ts';
import { readSession } from '../session/read-session.ts';
import { actionSpan } from './action-span.ts';

const DAY = 24 * 3_600_000;

/** Puts an unsold item up again and goes to the new item's page. Fields: item_id, days (1 to 90). */
export async function relistItem(_: FormState, form: FormData): Promise<FormState> {
  const result = await actionSpan('relist-item', () => submit(form));
  if (typeof result !== 'string') return result;
  redirect(`/items/${result}`);
}

async function submit(form: FormData): Promise<FormState | string> {
  const session = await readSession();
  if (session.kind !== 'signed-in') return unsignedForm(session.kind, '/listings', {});
  const days = Number(textOf(form, 'days'));
  if (!Number.isInteger(days) || days < 1 || days > 90)
    return refusedForm({ days: 'An auction runs for 1 to 90 days.' }, {});
  const id = textOf(form, 'item_id');
  const endAt = new Date(Date.now() + days * DAY).toISOString();
  const outcome = await call('bids', () => bidsClient().relistItem({ id, endAt }, as(session)));
  return outcome.ok ? (outcome.value.item?.id ?? '') : failedListing(outcome, '/listings', {});
}
