import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { groupNames, queueGroupNames, streamGroupNames } from '../groups/group-names.ts';
import { loadCommand } from '../lazy-command.ts';
import { streamNames } from '../streams/stream-names.ts';
import { shells } from './completion.ts';

/** The hidden command that the scripts call. */
export function define(verb: Command): void {
  verb.argument('[words...]').action(async (words: string[]) => {
    if (verb.parent === null) throw new Error('the command that completes words belongs to no program');
    const found = await findCandidates(verb.parent, words);
    if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
  });
}

/** What can stand at the cursor. `words` are the words after `gavel`; the last one may be incomplete. */
async function findCandidates(program: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const { command, positions, pending } = await walk(program, words.slice(0, -1));
  const all =
    pending !== undefined
      ? valuesOfOption(pending)
      : typed.startsWith('-')
        ? optionsOf(command)
        : [...command.commands.map((each) => each.name()), ...valuesOf(argumentAt(command, positions))];
  return all.filter((each) => each.startsWith(typed) && !each.startsWith('__')).sort();
}

/** Follows complete words: the command they lead to, its number of arguments so far, and an option without its value. */
async function walk(
  program: Command,
  words: readonly string[],
): Promise<{ command: Command; positions: number; pending: string | undefined }> {
  let command = program;
  let positions = 0;
  let pending: string | undefined;
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined;
      continue;
    }
    if (word.startsWith('-')) {
      const option = [...command.options, ...program.options].find((each) => each.long === word);
      pending = option?.required ? option.long?.slice(2) : undefined;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) {
      positions += 1;
      continue;
    }
    command = next;
    await loadCommand(command);
  }
  return { command, positions, pending };
}

function optionsOf(command: Command): string[] {
  const own = command.options.flatMap(({ long }) => (long ? [long] : []));
  return [...own, '--help', '--json'];
}

function argumentAt(command: Command, position: number): string | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return (all[position] ?? (last?.variadic ? last : undefined))?.name();
}

function valuesOfOption(name: string): readonly string[] {
  // The option filters dead letters, which consumers of work queues have too. The argument is for groups with checkpoints.
  if (name === 'group') return [...streamGroupNames, ...queueGroupNames];
  if (name === 'partition') return streamNames.flatMap((each) => partitionsOf(each));
  return valuesOf(name);
}

/** The values of an argument or option that are known without a connection, by its name. */
function valuesOf(name: string | undefined): readonly string[] {
  if (name === 'stream') return streamNames;
  if (name === 'stream-or-partition') return streamNames.flatMap((each) => [each, ...partitionsOf(each)]);
  if (name === 'group') return streamGroupNames;
  if (name === 'consumer') return [...streamGroupNames, ...queueGroupNames];
  if (name === 'any-group') return groupNames;
  if (name === 'from' || name === 'to' || name === 'until') return ['first', 'last', 'next', '-15m'];
  if (name === 'shell') return shells;
  return [];
}
