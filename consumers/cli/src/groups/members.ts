import { activeMembers, type Member } from '@gavel/consumer-runtime/consumer-group';
import type { Transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';

/** `host:pid`. */
export function memberName({ host, pid }: Member): string {
  return `${host}:${pid}`;
}

/** Throws `refused` while a group has active members. If its checkpoints are locked, no member can commit afterwards. */
export async function refuseActiveMembers(tx: Transaction, group: string): Promise<void> {
  const members = await activeMembers(tx, group);
  if (members.length === 0) return;
  throw new CommandFailure(
    'refused',
    `${group} has ${members.length} active ${members.length === 1 ? 'member' : 'members'}: ${members.map(memberName).join(', ')}`,
    'Stop them first. A killed member leaves this list after ten seconds.',
  );
}
