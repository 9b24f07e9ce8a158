import { findProcess } from '@gavel/processes';
import type { DevConfig } from '../config.ts';
import type { Keeper } from '../process-control/keeper.ts';
import { startStamp } from '../process-control/process-table.ts';
import { httpUrl } from './system-context.ts';
import type { KeptState } from './system-files.ts';

/** The state file's entry for one server or process. */
export function describeKept(keeper: Keeper, config: DevConfig): KeptState {
  const { name, pid, logFile, ports, page } = keeper.runnable;
  const definition = findProcess(name);
  const port = definition === undefined ? (keeper.runnable.port ?? 0) : config.processPorts[definition.name];
  return {
    name,
    pid,
    stamp: pid === null ? null : (startStamp(pid) ?? null),
    state: keeper.state,
    restarts: keeper.restarts,
    lastExit: keeper.lastExit,
    logFile,
    url: definition === undefined ? (page?.url ?? null) : httpUrl(port),
    healthUrl: definition === undefined ? (page?.readyUrl ?? null) : `${httpUrl(port)}/readyz`,
    port,
    ...(ports !== undefined && { ports }),
  };
}
