import 'server-only';
import type { PlaceBidResponse } from '@gavel/proto/gen/bids/v1/bids_pb';
import type { BidAnswer } from '../../model/bid-answer.ts';
import { type CallFailure, type CallOutcome, isUnavailable, isUncertain } from '../../model/call-outcome.ts';
import type { FormState } from '../../model/form.ts';
import { formatMoney } from '../../model/money.ts';
import { as, bidsClient, call } from '../call-services.ts';
import type { SignedIn } from '../session/session.ts';
import { bidSentence, readBidForm } from './bid-form.ts';
import { failedForm, refusedForm } from './failed-form.ts';

/** Sends the bid of a form (fields: see `readBidForm`) and returns what the form shows next, and the call's outcome. */
export async function sendBid(
  form: FormData,
  session: SignedIn,
): Promise<BidAnswer & { outcome?: CallOutcome<PlaceBidResponse> }> {
  const { itemId, currency, formKey, values, bid } = readBidForm(form);
  if (bid.ok === 'unusual') return { state: questionBefore(bid, currency, values), decided: 'yes' };
  if (!bid.ok) return { state: refusedForm(bid.fields, values), decided: 'yes' };
  const outcome = await call('bids', () => bidsClient().placeBid(bid.request, as(session)));
  if (outcome.ok) {
    const { leading, currentHighestBid: highest, minimumNextBid } = outcome.value;
    const message = bidSentence(bid.request, { leading, highest, currency });
    return {
      outcome,
      decided: 'yes',
      state: { status: 'done', message, minimumNextBid: minimumNextBid.toString() },
    };
  }
  // The bid may have been accepted: the form keeps its key, so that sending it again requests the same bid.
  const kept = isUncertain(outcome) ? { idempotency_key: formKey } : {};
  const failed = failedForm(outcome, `/items/${encodeURIComponent(itemId)}`, { ...values, ...kept });
  const { minimum_next_bid: minimumNextBid } = outcome.metadata;
  return {
    outcome,
    decided: decidedBy(outcome),
    state: minimumNextBid ? { ...failed, minimumNextBid } : failed,
  };
}

/** The form, asking whether an unusual amount is meant so. The question ends when the price moves. */
function questionBefore(
  { minor, minimum, confirms }: { minor: bigint; minimum: bigint; confirms: string },
  currency: string,
  values: Record<string, string>,
): FormState {
  const [amount, lowest] = [formatMoney(minor, currency), formatMoney(minimum, currency)];
  return {
    status: 'failed',
    message: `${amount} is at least five times the minimum bid of ${lowest}. Do you want to bid that much?`,
    values,
    minimumNextBid: minimum.toString(),
    question: { button: `Yes, bid ${amount}`, confirms },
  };
}

function decidedBy(failure: CallFailure): BidAnswer['decided'] {
  if (isUncertain(failure)) return 'unknown';
  const undecided =
    isUnavailable(failure) || failure.reason === 'RATE_LIMITED' || failure.reason === 'UNAUTHENTICATED';
  return undecided ? 'no' : 'yes';
}
