import { readFile } from 'node:fs/promises';

/** Linux counts a process's CPU time in these. */
const TICK_MS = 10;

/** What a process uses now, as the kernel counts it. */
export interface ProcessUsage {
  /** Resident memory. */
  readonly kibibytes: number;
  /** CPU time since its start. */
  readonly cpuMs: number;
}

export async function readUsage(pid: number): Promise<ProcessUsage> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  // The second field is a name in brackets, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { kibibytes, cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}
