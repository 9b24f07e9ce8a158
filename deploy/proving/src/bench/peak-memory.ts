import { readFile } from 'node:fs/promises';

/** The most bytes that a process has had in memory (RSS) so far; undefined without Linux' /proc. */
export async function peakMemory(pid: number | null): Promise<number | undefined> {
  if (pid === null || process.platform !== 'linux') return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
