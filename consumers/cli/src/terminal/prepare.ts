import type { Command } from 'commander';

/** What every command of the tree has in common: errors are thrown instead of ending the process, and point to the help. */
export function prepare(command: Command): Command {
  command.exitOverride().showSuggestionAfterError().showHelpAfterError('  → --help teaches, with examples.');
  for (const each of command.commands) prepare(each);
  return command;
}
