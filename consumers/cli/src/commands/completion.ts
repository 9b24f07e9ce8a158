import { Argument, type Command } from 'commander';
import { examples } from '../terminal/example-help.ts';

/** The gavel of the checkout that the shell is in, which is also what `npx gavel` runs; otherwise the one in the PATH. */
const findProgram = `_gavel_program() {
  local folder=$PWD
  while [ -n "$folder" ] && [ ! -x "$folder/node_modules/.bin/gavel" ]; do folder=\${folder%/*}; done
  echo "\${folder:+$folder/node_modules/.bin/}gavel"
}`;

/** The completion script of each shell, for `gavel …` and `npx gavel …`. All of them ask `gavel __complete` (complete-words.ts) for the words. */
const scripts = {
  bash: `# gavel: source <(npx gavel completion bash)
${findProgram}
_gavel() {
  local IFS=$'\\n' first=1
  if [ "\${COMP_WORDS[0]}" = npx ]; then
    [ "\${COMP_WORDS[1]}" = gavel ] && [ "$COMP_CWORD" -gt 1 ] || return
    first=2
  fi
  COMPREPLY=($("$(_gavel_program)" __complete -- "\${COMP_WORDS[@]:first:COMP_CWORD-first+1}" 2>/dev/null))
}
complete -F _gavel gavel
complete -o default -F _gavel npx`,
  zsh: `#compdef gavel
# gavel: source <(npx gavel completion zsh)
${findProgram}
_gavel() {
  local -a found
  local first=2
  if [[ $words[1] == npx ]]; then
    if [[ $words[2] != gavel || $CURRENT -lt 3 ]]; then _files; return; fi
    first=3
  fi
  found=("\${(@f)$("$(_gavel_program)" __complete -- "\${(@)words[first,CURRENT]}" 2>/dev/null)}")
  compadd -a found
}
compdef _gavel gavel npx`,
  fish: `# gavel: npx gavel completion fish | source
function _gavel_complete
  set -l folder $PWD
  while test -n "$folder"; and not test -x "$folder/node_modules/.bin/gavel"
    set folder (string replace -r '/[^/]*$' '' $folder)
  end
  set -l program gavel
  test -n "$folder"; and set program "$folder/node_modules/.bin/gavel"
  set -l words (commandline -opc)
  $program __complete -- $words[$argv[1]..-1] (commandline -ct) 2>/dev/null
end
complete -c gavel -f -a '(_gavel_complete 2)'
complete -c npx -n 'contains gavel (commandline -opc)' -f -a '(_gavel_complete 3)'`,
} as const;
export const shells = Object.keys(scripts);

/** Prints the script with which a shell completes `gavel …`. */
export function define(verb: Command): void {
  verb
    .description(
      `Prints a script with which the shell completes commands, options, streams, partitions and groups after \`gavel\` and \`npx gavel\`.
It asks the gavel of the checkout that the shell is in, otherwise the one in the PATH.`,
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      examples(
        ['source <(npx gavel completion bash)', 'in a checkout'],
        ['source <(gavel completion zsh)', 'in ~/.zshrc after compinit, with gavel in the PATH'],
        ['gavel completion fish | source', 'in ~/.config/fish/config.fish'],
      ),
    )
    .action((shell: keyof typeof scripts) => {
      process.stdout.write(`${scripts[shell]}\n`);
    });
}
