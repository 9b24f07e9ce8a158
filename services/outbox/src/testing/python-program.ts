import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A Python program that prints JSON, one line each. */
export interface PythonProgram {
  /** The parsed lines so far. Throws when the program has ended by itself. */
  lines(): unknown[];
  /** Ends the program, and waits until it has ended. */
  stop(): Promise<void>;
}

export function startPython(
  python: string,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): PythonProgram {
  const child = spawn(python, [...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', PYTHONDONTWRITEBYTECODE: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: unknown[] = [];
  let errors = '';
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return {
    lines() {
      if (hasEnded(child)) throw new Error(`${args[0]} has ended: ${errors}`);
      return lines;
    },
    async stop() {
      if (hasEnded(child)) return;
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
