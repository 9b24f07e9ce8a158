import { Command } from 'commander';

/** Completes a command that has only its name and summary: description, arguments, options, examples, action. */
type Define = (command: Command) => void;

const loaders = new WeakMap<Command, () => Promise<void>>();

/**
 * A command whose file is loaded when it is called, or when its help or its completion is asked for. To load the files of
 * all commands takes a second of CPU time.
 */
export function lazyCommand(name: string, summary: string, load: () => Promise<Define>): Command {
  const command = new Command(name).summary(summary);
  loaders.set(command, async () => {
    (await load())(command);
    command.description(joinLines(command.description()));
  });
  return command;
}

/** Completes a lazy command. Does nothing the second time, and for other commands. */
export async function loadCommand(command: Command): Promise<void> {
  const load = loaders.get(command);
  loaders.delete(command);
  await load?.();
}

/** Puts each paragraph on one line, because Commander wraps the help to the terminal. Indented lines stay as they are. */
function joinLines(text: string): string {
  return text.replaceAll(/([^\n])\n(?=[^\s])/g, '$1 ');
}
