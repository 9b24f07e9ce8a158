import { readFileSync } from 'node:fs';

/** Whether the process with this pid is running. A zombie has ended, so it is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processState(pid) !== 'Z';
}

/**
 * The start time of a process, in clock ticks since boot. It distinguishes two processes that had the same pid one after the
 * other. Undefined when the process has ended or the system has no /proc.
 */
export function startStamp(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

function processState(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

/** The fields of /proc/<pid>/stat from the third (`state`) on. The second, the name, may contain spaces. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
