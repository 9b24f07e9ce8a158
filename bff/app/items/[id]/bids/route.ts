import type { BidAnswer } from '../../../../model/bid-answer.ts';
import { runSignedIn } from '../../../../server/actions/run-action.ts';
import { readBidForm } from '../../../../server/forms/bid-form.ts';
import { sendBid } from '../../../../server/forms/send-bid.ts';

export const dynamic = 'force-dynamic';

/**
 * The bid form of a page with script. It is a request of its own and no server action, because the page must be able to give
 * up waiting and to ask again: an action whose connection is lost replaces the page by an error and holds up later actions.
 */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ id: string }> },
): Promise<Response> {
  const { id } = await params;
  const form = await request.formData();
  form.set('item_id', id);
  const where = { path: `/items/${encodeURIComponent(id)}`, values: readBidForm(form).values };
  const result = await runSignedIn('place-bid', where, async (session): Promise<BidAnswer> => {
    const { state, decided } = await sendBid(form, session);
    return { state, decided };
  });
  const answer: BidAnswer = 'decided' in result ? result : { state: result, decided: 'no' };
  return Response.json(answer, { headers: { 'cache-control': 'no-store' } });
}
