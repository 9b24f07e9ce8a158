import { readFileSync } from 'node:fs';

/** Whether a process of that id lives. A zombie counts as dead: nobody will hear from it again. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processState(pid) !== 'Z';
}

/**
 * A stamp that tells two processes apart that had the same id one after the other: the start time in clock ticks
 * since boot, or undefined where /proc does not exist or the process is gone.
 */
export function startStamp(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

function processState(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

/** The fields of /proc/<pid>/stat from `state` (the third) on; the name before it may itself hold spaces. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
