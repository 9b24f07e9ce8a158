import { Argument, Command } from 'commander';
import { candidates } from '../completion/candidates.ts';
import { completionScripts, type Shell } from '../completion/scripts.ts';
import { examples } from '../terminal/example-help.ts';

/** Prints the script that makes a shell complete `gavel …`. */
export function printCompletion(): Command {
  return new Command('completion')
    .summary('completion for bash, zsh or fish')
    .description(
      'Prints a script; the shell then completes commands, options, streams and groups. `gavel` must be in the PATH.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(completionScripts)))
    .addHelpText(
      'after',
      examples(
        ['source <(gavel completion bash)', 'in ~/.bashrc'],
        ['source <(gavel completion zsh)', 'in ~/.zshrc, after compinit'],
        ['gavel completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action((shell: Shell) => {
      process.stdout.write(`${completionScripts[shell]}\n`);
    });
}

/** What those scripts call. */
export function completeWords(program: Command): Command {
  return new Command('__complete').argument('[words...]').action((words: string[]) => {
    const found = candidates(program, words);
    if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
  });
}
