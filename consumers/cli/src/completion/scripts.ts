/** What each shell has to be told; all of them ask `gavel __complete` for the words. */
export const completionScripts = {
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

export type Shell = keyof typeof completionScripts;
