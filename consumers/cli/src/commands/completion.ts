import { partitionsOf } from '@gavel/proto/topology';
import { Argument, Command } from 'commander';
import { groupNames, knownGroups, workQueues } from '../groups/known-groups.ts';
import { streamNames } from '../streams/stream-names.ts';
import { examples } from '../terminal/example-help.ts';

/** The completion script of each shell. All of them ask `gavel __complete` for the words. */
const scripts = {
  bash: `# gavel: source <(gavel completion bash)
_gavel() {
  local IFS=$'\\n'
  COMPREPLY=($(gavel __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _gavel gavel`,
  zsh: `#compdef gavel
# gavel: source <(gavel completion zsh)
_gavel() {
  local -a words_found
  words_found=("\${(@f)$(gavel __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a words_found
}
compdef _gavel gavel`,
  fish: `# gavel: gavel completion fish | source
complete -c gavel -f -a '(gavel __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
} as const;
const shells = Object.keys(scripts);

/** Prints the script with which a shell completes `gavel …`. */
export function printCompletion(): Command {
  return new Command('completion')
    .summary('completion for bash, zsh or fish')
    .description(
      'Prints a script with which the shell completes commands, options, streams, partitions and groups. `gavel` must be in the PATH.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      examples(
        ['source <(gavel completion bash)', 'in ~/.bashrc'],
        ['source <(gavel completion zsh)', 'in ~/.zshrc, after compinit'],
        ['gavel completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action((shell: keyof typeof scripts) => {
      process.stdout.write(`${scripts[shell]}\n`);
    });
}

/** The hidden command that the scripts call. */
export function completeWords(program: Command): Command {
  return new Command('__complete').argument('[words...]').action((words: string[]) => {
    const found = findCandidates(program, words);
    if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
  });
}

/** What can stand at the cursor. `words` are the words after `gavel`; the last one may be incomplete. */
function findCandidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  const { command, positions, pending } = walk(program, words.slice(0, -1));
  const all =
    pending !== undefined
      ? valuesOfOption(pending)
      : typed.startsWith('-')
        ? optionsOf(command)
        : [...command.commands.map((each) => each.name()), ...valuesOf(argumentAt(command, positions))];
  return all.filter((each) => each.startsWith(typed) && !each.startsWith('__')).sort();
}

/** Follows complete words: the command they lead to, its number of arguments so far, and an option without its value. */
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

function valuesOfOption(name: string): readonly string[] {
  // The option filters dead letters, which consumers of work queues have too. The argument is for groups with checkpoints.
  if (name === 'group') return [...knownGroups, ...workQueues].map((group) => group.name);
  if (name === 'partition') return streamNames.flatMap((each) => partitionsOf(each));
  return valuesOf(name);
}

/** The values of an argument or option that are known without a connection, by its name. */
function valuesOf(name: string | undefined): readonly string[] {
  if (name === 'stream') return streamNames;
  if (name === 'stream-or-partition') return streamNames.flatMap((each) => [each, ...partitionsOf(each)]);
  if (name === 'group') return knownGroups.map((group) => group.name);
  if (name === 'any-group') return groupNames;
  if (name === 'from' || name === 'to' || name === 'until') return ['first', 'last', 'next', '-15m'];
  if (name === 'shell') return shells;
  return [];
}
