import { unreadCount } from '../../../server/reads/my-account.ts';
import { readSession } from '../../../server/session/read-session.ts';

export const dynamic = 'force-dynamic';

/** The reader's number of unread notifications; null for a guest, and while it cannot be read. */
export async function GET(): Promise<Response> {
  const session = await readSession();
  const unread = session.kind === 'signed-in' ? await unreadCount(session) : undefined;
  return Response.json({ unread: unread?.toString() ?? null }, { headers: { 'cache-control': 'no-store' } });
}
