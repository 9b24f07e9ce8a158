import { Argument, type Command } from 'commander';
import { examples } from '../terminal/example-help.ts';

/** The completion script of each shell. All of them ask `gavel __complete` (complete-words.ts) for the words. */
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
export const shells = Object.keys(scripts);

/** Prints the script with which a shell completes `gavel …`. */
export function define(verb: Command): void {
  verb
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
