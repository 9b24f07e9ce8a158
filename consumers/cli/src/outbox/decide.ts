import { readSetAside, type SetAsideEvent } from '@gavel/outbox/read-set-aside';
import type { Pool } from '@gavel/postgres/pool';
import { isEventId } from '@gavel/proto/envelope';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandFailure } from '../command-failure.ts';
import { byOption, executeOption, notYet } from '../terminal/decision-options.ts';
import type { CommandContext } from '../terminal/run-command.ts';
import { formatTable } from '../terminal/table.ts';
import { formatMoment } from '../terminal/units.ts';
import { type Outbox, outboxes } from './outboxes.ts';

/** Options of the verbs that decide about events that were set aside. */
export interface DecideOptions {
  readonly all?: boolean;
  readonly outbox?: Outbox['name'];
  readonly type?: string;
  readonly by?: string;
  readonly execute?: boolean;
}

/** What became of one event. */
export interface Decided {
  readonly eventId: string;
  readonly outcome: string;
}

/** A verb that decides about events that were set aside. */
export interface Verb {
  readonly name: string;
  /** The outcome of an event for which it did its work. */
  readonly done: string;
  /** Explains outcomes that are neither `done` nor `not-set-aside`. */
  readonly problems: Readonly<Record<string, string>>;
  /** Decides about the events with these ids in one outbox. */
  decide(pool: Pool, eventIds: readonly string[]): Promise<readonly Decided[]>;
}

/** Adds the arguments and options that all these verbs have. */
export function addDecideOptions(command: Command): Command {
  return command
    .argument('[event-id...]', 'ids from `gavel outbox status`', parseEventIds)
    .option('--all', 'everything that is set aside; prints the plan only, without --execute')
    .option('--type <type>', 'with --all: only events of this type, for example bids.v1.BidPlaced')
    .addOption(new Option('--outbox <name>', 'only this outbox').choices(outboxes.map(({ name }) => name)))
    .addOption(byOption())
    .addOption(executeOption());
}

/**
 * Decides about the events that a person named, at once, or about all that are set aside, after a plan. Throws `usage` for ids
 * together with --all, `notFound` if an event is not set aside, and `refused` if the verb cannot be applied to one.
 */
export async function decideAboutSetAside(
  context: CommandContext,
  verb: Verb,
  eventIds: readonly string[],
  options: DecideOptions,
): Promise<void> {
  const { output, session } = context;
  if (eventIds.length > 0 === (options.all === true))
    throw misuse(verb, 'give either ids of events or --all');
  if (options.type !== undefined && options.all !== true) throw misuse(verb, '--type needs --all');
  const chosen = outboxes.filter(({ name }) => options.outbox === undefined || name === options.outbox);
  if (options.all === true && options.execute !== true) {
    const found = await readAll(context, chosen, options.type);
    const text =
      found.length === 0 ? 'Nothing is set aside.' : `${formatFound(found)}\n\n${countOf(found)}\n${notYet}`;
    output.answer({ executed: false, events: found }, text);
    return;
  }
  const results: (Decided & { readonly outbox: Outbox['name'] | null })[] = [];
  let open = [...eventIds];
  for (const { name, database } of chosen) {
    const pool = session.pool(database);
    const ids =
      options.all === true ? (await readSetAside(pool, options)).map(({ eventId }) => eventId) : open;
    if (ids.length === 0) continue;
    const decided = await verb.decide(pool, ids);
    const found = decided.filter(({ outcome }) => outcome !== 'not-set-aside');
    results.push(...found.map((each) => ({ ...each, outbox: name })));
    open = open.filter((id) => !found.some(({ eventId }) => eventId === id));
  }
  results.push(...open.map((eventId) => ({ eventId, outcome: 'not-set-aside', outbox: null })));
  output.answer({ executed: true, events: results }, formatResults(verb, results));
  failForOthers(verb, results);
}

type Found = SetAsideEvent & { readonly outbox: Outbox['name'] };

async function readAll(
  { session }: CommandContext,
  chosen: readonly Outbox[],
  type: string | undefined,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const { name, database } of chosen) {
    const events = await readSetAside(session.pool(database), { type });
    found.push(...events.map((event) => ({ ...event, outbox: name })));
  }
  return found;
}

function countOf(found: readonly Found[]): string {
  return found.length === 1 ? '1 event.' : `${found.length} events.`;
}

function formatFound(found: readonly Found[]): string {
  return formatTable(
    ['OUTBOX', 'POSITION', 'TYPE', 'EVENT', 'AT', 'PROBLEM'],
    found.map((each) => [
      each.outbox,
      each.position,
      each.type,
      each.eventId,
      formatMoment(each.at),
      each.problem,
    ]),
  );
}

function formatResults(verb: Verb, results: readonly (Decided & { outbox: string | null })[]): string {
  if (results.length === 0) return 'Nothing is set aside.';
  return formatTable(
    ['OUTBOX', 'EVENT', 'OUTCOME', 'PROBLEM'],
    results.map(({ outbox, eventId, outcome }) => [outbox, eventId, outcome, verb.problems[outcome]]),
  );
}

function failForOthers(verb: Verb, results: readonly Decided[]): void {
  const others = results.filter(({ outcome }) => outcome !== verb.done);
  if (others.length === 0) return;
  const isMissing = others.some(({ outcome }) => outcome === 'not-set-aside');
  throw new CommandFailure(
    isMissing ? 'notFound' : 'refused',
    `${others.length} of ${results.length} events are not ${verb.done}`,
    '`gavel outbox status` shows the events that are set aside.',
  );
}

function misuse({ name }: Verb, problem: string): CommandFailure {
  return new CommandFailure('usage', problem, `See \`gavel outbox ${name} --help\`.`);
}

function parseEventIds(text: string, before: readonly string[] | undefined): string[] {
  const id = text.toLowerCase();
  if (!isEventId(id)) throw new InvalidArgumentError('It is not a UUID.');
  return [...new Set([...(before ?? []), id])];
}
