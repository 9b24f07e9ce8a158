import type { Transaction } from '@gavel/postgres/transaction';
import { v7 as uuidv7 } from 'uuid';
import type { MailKind } from '../../application/ports.ts';

// The same statement for an address with an account and without one. The newest request decides whose mail it is.
const QUEUE = `
  INSERT INTO account_mails (id, kind, email, user_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT (kind, email) DO UPDATE SET user_id = excluded.user_id`;

/** Stores a mail in the transaction that is its cause. Without `userId` it belongs to the account that has the address. */
export async function queueMail(
  tx: Transaction,
  { kind, email, userId }: { kind: MailKind; email: string; userId?: string },
): Promise<void> {
  await tx.query(QUEUE, [uuidv7(), kind, email, userId ?? null]);
}
