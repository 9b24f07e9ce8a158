import { activeMembers, type Member } from '@gavel/consumer-runtime/consumer-group';
import type { Transaction } from '@gavel/postgres/transaction';
import { CommandFailure } from '../command-failure.ts';

/** A member as people know it. */
export function memberName({ host, pid }: Member): string {
  return `${host}:${pid}`;
}

/** Throws `refused` while a group is at work. With its checkpoints locked, no member commits anything afterwards. */
export async function refuseActiveMembers(tx: Transaction, group: string): Promise<void> {
  const members = await activeMembers(tx, group);
  if (members.length === 0) return;
  throw new CommandFailure(
    'refused',
    `${group} has ${members.length} active ${members.length === 1 ? 'member' : 'members'}: ${members.map(memberName).join(', ')}`,
    'Stop them first. One that was killed is off the list after ten seconds.',
  );
}
