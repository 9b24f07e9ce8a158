import 'server-only';
import { textOf, typed } from '../../model/form.ts';
import { formatMoney, parseMoney } from '../../model/money.ts';
import { moneySentence } from '../../words/field-sentences.ts';

/** The bid that a form requests. Amounts are minor units; exactly one of `amount` and `maxAmount` is set. */
export interface BidRequest {
  itemId: string;
  idempotencyKey: string;
  amount?: bigint;
  maxAmount?: bigint;
}

export interface BidForm {
  itemId: string;
  currency: string;
  /** The key that was rendered into the form. */
  formKey: string;
  /** What the person typed. */
  values: Record<string, string>;
  bid:
    | { ok: true; request: BidRequest }
    | { ok: false; fields: Record<string, string> }
    /** The amount is unusual, and the person has not confirmed it yet. `minimum`: that of the page, minor units. */
    | { ok: 'unusual'; minor: bigint; minimum: bigint; confirms: string };
}

/**
 * Reads a bid form. Fields: item_id, currency, amount as typed, as_maximum when the amount is the most that the bidder
 * would pay, idempotency_key as rendered into the form; minimum_next_bid, minor units, as the page showed it; confirmed when
 * the form asked about this amount.
 */
export function readBidForm(form: FormData): BidForm {
  const itemId = textOf(form, 'item_id');
  const currency = textOf(form, 'currency');
  const formKey = formKeyFrom(form);
  const frame = { itemId, currency, formKey, values: typed(form, ['amount', 'as_maximum']) };
  const amount = parseMoney(textOf(form, 'amount'), currency);
  if (!amount.ok)
    return { ...frame, bid: { ok: false, fields: { amount: moneySentence(amount.problem, currency) } } };
  const asMaximum = textOf(form, 'as_maximum') === 'on';
  const confirms = bidKey('', amount.minor, asMaximum);
  const minimum = minimumFrom(form);
  if (isUnusual(amount.minor, minimum) && textOf(form, 'confirmed') !== confirms)
    return { ...frame, bid: { ok: 'unusual', minor: amount.minor, minimum, confirms } };
  const idempotencyKey = bidKey(formKey, amount.minor, asMaximum);
  const asked = asMaximum ? { maxAmount: amount.minor } : { amount: amount.minor };
  return { ...frame, bid: { ok: true, request: { itemId, idempotencyKey, ...asked } } };
}

const UNUSUAL_TIMES = 5n;

/** True for an amount so far above the minimum that it may be a slip, such as a forgotten decimal point. */
export function isUnusual(minor: bigint, minimum: bigint): boolean {
  return minimum > 0n && minor >= minimum * UNUSUAL_TIMES;
}

/** The minimum that the page showed; 0 when the form does not say it. It only decides whether the form asks. */
function minimumFrom(form: FormData): bigint {
  const text = textOf(form, 'minimum_next_bid');
  return /^\d{1,18}$/.test(text) ? BigInt(text) : 0n;
}

/**
 * The key that was rendered into a bid form. A form without one was not rendered by this site; it gets a key for this
 * submission, because a call whose connection is lost is retried and must stay one bid.
 */
export function formKeyFrom(form: FormData): string {
  return textOf(form, 'idempotency_key').slice(0, 64) || crypto.randomUUID();
}

/** The same form with the same amount is the same bid, however often it is sent. Another amount is another bid. */
export function bidKey(formKey: string, minor: bigint, asMaximum: boolean): string {
  return `${formKey}:${asMaximum ? 'max:' : ''}${minor}`;
}

/** The answer to an accepted bid. `highest`: the current bid in minor units; `leading`: whether it is this bidder's. */
export function bidSentence(
  { amount, maxAmount }: Pick<BidRequest, 'amount' | 'maxAmount'>,
  answer: { leading: boolean; highest: bigint; currency: string },
): string {
  const asked = formatMoney(maxAmount ?? amount ?? 0n, answer.currency);
  const highest = formatMoney(answer.highest, answer.currency);
  if (!answer.leading)
    return `Another bidder’s maximum bid is higher than your ${asked}. The current bid is now ${highest}.`;
  return maxAmount === undefined
    ? `Your bid of ${asked} was accepted.`
    : `Your maximum bid of ${asked} was accepted. You are the highest bidder at ${highest}.`;
}
