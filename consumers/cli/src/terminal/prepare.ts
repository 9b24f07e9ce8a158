import type { Command } from 'commander';

/** What every command of the tree has in common: errors are thrown instead of ending the process, and point to the help. */
export function prepare(command: Command): Command {
  command.exitOverride().showSuggestionAfterError().showHelpAfterError('  → --help teaches, with examples.');
  command.description(unwrapped(command.description()));
  for (const each of command.commands) prepare(each);
  return command;
}

/** Paragraphs on one line each, so that the help wraps them to the terminal; indented lines stay as they are. */
function unwrapped(text: string): string {
  return text.replaceAll(/([^\n])\n(?=[^\s])/g, '$1 ');
}
