import type { Command } from 'commander';
import { groupNames, knownGroups } from '../groups/known-groups.ts';
import { streamNames } from '../streams/stream-names.ts';

/** What could stand at the cursor: `words` are those after `gavel`, the last one as far as it is typed. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  const { command, positions, pending } = walk(program, words.slice(0, -1));
  const all =
    pending !== undefined
      ? valuesOf(pending)
      : typed.startsWith('-')
        ? optionsOf(command)
        : [...command.commands.map((each) => each.name()), ...valuesOf(argumentAt(command, positions))];
  return all.filter((each) => each.startsWith(typed) && !each.startsWith('__')).sort();
}

/** The command that complete words lead to, how many arguments it has, and the option that still wants its value. */
function walk(
  program: Command,
  words: readonly string[],
): { command: Command; positions: number; pending: string | undefined } {
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
    if (next !== undefined) command = next;
    else positions += 1;
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

/** Values that are known without asking anybody, by the name of the argument or option. */
function valuesOf(name: string | undefined): string[] {
  if (name === 'stream' || name === 'stream-or-partition') return streamNames;
  if (name === 'group') return knownGroups.map((group) => group.name);
  if (name === 'any-group') return [...groupNames];
  if (name === 'from' || name === 'to' || name === 'until') return ['first', 'last', 'next', '-15m'];
  if (name === 'shell') return ['bash', 'zsh', 'fish'];
  return [];
}
