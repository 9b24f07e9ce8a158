import { findProcess } from '@gavel/processes';
import { LaunchError } from '../launch-error.ts';
import type { Keeper } from '../process-control/keeper.ts';
import type { ProcessVerb } from './control-socket.ts';

/**
 * Stops, starts and restarts single processes of a running system. Requests for one process are carried out one after the other.
 * @param kept the servers and processes of the system
 * @returns a function that resolves with a sentence about what was done. It throws a LaunchError for a name that is no process
 * of the system, and when a process does not start; that process is then stopped
 */
export function createProcessControl(
  kept: () => readonly Keeper[],
): (verb: ProcessVerb, name: string) => Promise<string> {
  const latest = new Map<Keeper, Promise<unknown>>();
  return (verb, name) => {
    const keeper = requireProcess(kept(), name);
    const before = latest.get(keeper) ?? Promise.resolve();
    // The error of a request was the answer to it. The next request is carried out all the same.
    const done = before.catch(() => undefined).then(() => carryOut(keeper, verb));
    latest.set(keeper, done);
    return done;
  };
}

async function carryOut(keeper: Keeper, verb: ProcessVerb): Promise<string> {
  const { name } = keeper.runnable;
  if (verb === 'stop') {
    await keeper.stop();
    return `${name} is stopped; \`make start NAME=${name}\` starts it again`;
  }
  if (verb === 'start' && keeper.state === 'running') {
    return `${name} is already running (pid ${keeper.runnable.pid})`;
  }
  await keeper.stop();
  try {
    await keeper.start();
  } catch (error) {
    // It may be running without being ready.
    await keeper.stop();
    throw error;
  }
  return `${name} is running (pid ${keeper.runnable.pid})`;
}

function requireProcess(kept: readonly Keeper[], name: string): Keeper {
  const found = kept.find(({ runnable }) => runnable.name === name);
  if (found !== undefined && findProcess(name) !== undefined) return found;
  const names = kept.map(({ runnable }) => runnable.name).filter((each) => findProcess(each) !== undefined);
  const wayOut = `The processes are ${names.join(', ')}.`;
  if (found === undefined) {
    throw new LaunchError('unknown-process', `There is no process ${name}.`, { wayOut });
  }
  throw new LaunchError('unknown-process', `${name} is a server, on which all processes depend.`, {
    wayOut: `\`make down\` stops the servers together with the processes. ${wayOut}`,
  });
}
