import { redirect } from 'next/navigation';
import { myData } from '../../../server/reads/my-data.ts';
import { requireSession } from '../../../server/session/read-session.ts';
import { sentenceFor } from '../../../words/reason-sentences.ts';

export const dynamic = 'force-dynamic';

/** A file with everything that Gavel stores about the person. */
export async function GET(): Promise<Response> {
  const session = await requireSession('/account');
  if (session.kind !== 'signed-in') redirect('/account');
  const data = await myData(session);
  if (!data.ok)
    return new Response(sentenceFor(data), { status: 503, headers: { 'cache-control': 'no-store' } });
  const exportedAt = new Date().toISOString();
  return new Response(JSON.stringify({ exportedAt, ...data.value }, undefined, 2), {
    headers: {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="gavel-data.json"',
      'cache-control': 'no-store',
    },
  });
}
