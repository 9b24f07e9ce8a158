/** One step of a recorded session: a command with its output, or a comment about something that happens. */
export type SessionStep =
  | { readonly kind: 'command'; readonly line: string; readonly output: string }
  | { readonly kind: 'remark'; readonly text: string };

const BLOCK = /```console\n([\s\S]*?)```/g;

/** The steps of all `console` blocks of a Markdown page, in order. */
export function readSession(markdown: string): SessionStep[] {
  return [...markdown.matchAll(BLOCK)].flatMap(([, block = '']) => readBlock(block));
}

/** The page with its outputs replaced, one per command. */
export function writeSession(markdown: string, outputs: readonly string[]): string {
  let next = 0;
  return markdown.replaceAll(BLOCK, (_, block: string) => {
    const parts = readBlock(block).map((step) =>
      step.kind === 'remark' ? `${step.text}\n` : `$ ${step.line}\n${outputs[next++] ?? ''}`,
    );
    return `\`\`\`console\n${parts.join('')}\`\`\``;
  });
}

/** Masks what differs from run to run, and the width of columns, which depends on it. The README lists these patterns. */
export function mask(output: string): string {
  return output
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/\b[\w.-]+:\d{2,}\b(?=\s|,|$)/gm, 'MEMBER')
    .replaceAll(/\b\d+ (s|m \d+ s)\b/g, 'AGE')
    .replaceAll(/\b\d+ events\/s/g, 'SPEED')
    .replaceAll(/<= [\d.]+ [kMG]?B/g, 'SIZE')
    .replaceAll(
      /^(relayed|stored|confirmed|applied|parked|redriven|discarded|mirrored)( +TIME +)-?\d+/gm,
      '$1$2MS',
    )
    .replaceAll(/(GAVEL_\w+)#\d+/g, '$1#SEQUENCE')
    .replaceAll(/ by \w+(?=\.| is undone)/g, ' by USER')
    .replaceAll(/[ \t]+/g, ' ')
    .trim();
}

function readBlock(block: string): SessionStep[] {
  const steps: SessionStep[] = [];
  let command: { line: string; lines: string[] } | undefined;
  const finish = (): void => {
    if (command === undefined) return;
    const output = command.lines.map((line) => `${line}\n`).join('');
    steps.push({ kind: 'command', line: command.line, output });
    command = undefined;
  };
  for (const line of block.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) {
      finish();
      command = { line: line.slice(2), lines: [] };
    } else if (line.startsWith('# ')) {
      finish();
      steps.push({ kind: 'remark', text: line });
    } else command?.lines.push(line);
  }
  finish();
  return steps;
}
