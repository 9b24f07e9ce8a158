/** The examples at the end of a command's help: each one a command line and its purpose. */
export function examples(...lines: readonly (readonly [command: string, meaning: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, meaning]) => `  ${command.padEnd(width)}  # ${meaning}`).join('\n')}`;
}
