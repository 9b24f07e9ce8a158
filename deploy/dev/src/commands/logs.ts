import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { environment, readDevConfig } from '../config.ts';
import { lastLines } from '../process-control/server-process.ts';
import { readState } from '../system/system-files.ts';
import { runCommand } from './terminal.ts';

const linesBefore = 20;

await runCommand(async () => {
  const { directory } = readDevConfig(environment);
  const follow = !process.argv.includes('--no-follow');
  const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--') && argument !== '');
  const files = await logFiles(directory, wanted);
  if (files.length === 0) {
    console.log(
      wanted.length > 0
        ? `There is no log of ${wanted.join(', ')}. \`make status\` lists the names.`
        : 'There are no logs yet. `make up` writes them.',
    );
    return;
  }
  const width = Math.max(...files.map(({ name }) => name.length));
  const print = (name: string, text: string) => {
    for (const line of text.split('\n')) process.stdout.write(`${name.padEnd(width)} │ ${line}\n`);
  };
  for (const { name, file } of files) {
    const text = await lastLines(file, linesBefore);
    if (text !== '') print(name, text);
  }
  if (follow) await Promise.all(files.map(({ name, file }) => followFile(file, (text) => print(name, text))));
});

async function logFiles(
  directory: string,
  wanted: readonly string[],
): Promise<{ name: string; file: string }[]> {
  const folder = join(directory, 'logs');
  const own = (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
  const servers = ((await readState(directory))?.kept ?? []).map((each) => each.logFile);
  return [...new Set([...own, ...servers])]
    .filter((file) => file.endsWith('.log'))
    .map((file) => ({ name: basename(file, '.log'), file }))
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name));
}

/** Prints complete lines as they are appended. Starts at the beginning again after a rotation emptied the file. Never returns. */
async function followFile(file: string, print: (text: string) => void): Promise<never> {
  let offset = (await stat(file)).size;
  let rest = '';
  for (;;) {
    await delay(200);
    const size = (await stat(file)).size;
    if (size < offset) offset = 0;
    if (size === offset) continue;
    const handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - offset), 0, size - offset, offset);
    await handle.close();
    offset += bytesRead;
    const text = rest + buffer.subarray(0, bytesRead).toString();
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (end >= 0) print(text.slice(0, end));
  }
}
