import type { DatabaseName } from '@gavel/processes';
import type { Session } from '../connections/session.ts';
import type { KnownGroup } from '../groups/known-groups.ts';
import { notYet } from '../terminal/decision-options.ts';
import type { Output } from '../terminal/output.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMoment } from '../terminal/units.ts';
import {
  countDeadLettersIn,
  type DeadLetterCount,
  type DeadLetterFilter,
  listDeadLettersIn,
} from './dead-letters.ts';
import { deadLetterDatabases, findParkingGroup } from './find-dead-letter.ts';

/** A dead letter that a verb is applied to. */
export interface Chosen {
  readonly id: bigint;
  readonly group: KnownGroup;
}

/** What a filter selects now. Dead letters that are parked later do not belong to it. */
export interface Selection {
  readonly events: number;
  readonly counts: readonly DeadLetterCount[];
  readonly filter: DeadLetterFilter;
  readonly databases: readonly { readonly name: DatabaseName; readonly lastId: bigint }[];
}

/** Counts what a filter selects. Throws `notFound` for an unknown group. */
export async function selectDeadLetters(session: Session, filter: DeadLetterFilter): Promise<Selection> {
  const counts: DeadLetterCount[] = [];
  const databases: Selection['databases'][number][] = [];
  for (const name of deadLetterDatabases(filter.group)) {
    const found = (await countDeadLettersIn(session.pool(name), filter)).filter(
      ({ group }) => findParkingGroup(group, name) !== undefined,
    );
    if (found.length === 0) continue;
    counts.push(...found);
    databases.push({ name, lastId: newestOf(found) });
  }
  return { events: counts.reduce((sum, { events }) => sum + events, 0), counts, filter, databases };
}

function newestOf(counts: readonly DeadLetterCount[]): bigint {
  const ids = counts.map(({ lastId }) => lastId);
  return ids.toSorted((a, b) => Number(b - a))[0] ?? 0n;
}

const PAGE = 500;

/** The selected dead letters, oldest first in each database, page by page. A page is of one database. */
export async function* readSelected(
  session: Session,
  { filter, databases }: Selection,
): AsyncGenerator<Chosen[]> {
  for (const { name, lastId } of databases) {
    let after = 0n;
    for (;;) {
      const page = await listDeadLettersIn(session.pool(name), filter, { after, last: lastId, limit: PAGE });
      const next = page.at(-1)?.id;
      if (next === undefined) break;
      after = next;
      yield page.flatMap(({ id, group: groupName }) => {
        const group = findParkingGroup(groupName, name);
        return group === undefined ? [] : [{ id, group }];
      });
    }
  }
}

/** Prints what a verb would be applied to. */
export function answerPlan(output: Output, { events, counts }: Selection): void {
  const selected = counts.map(({ lastId: _, ...count }) => count);
  const table = formatTable(
    ['GROUP', 'REASON', 'TYPE', 'EVENTS', 'OLDEST', 'NEWEST'],
    counts.map((each) => [
      each.group,
      each.reason,
      each.type,
      each.events,
      formatMoment(each.oldest),
      formatMoment(each.newest),
    ]),
  );
  const text =
    events === 0
      ? 'Nothing is parked that these options select.'
      : `${table}\n\n${events === 1 ? '1 event.' : `${events} events.`} ${notYet}`;
  output.answer({ executed: false, events, selected }, text);
}
