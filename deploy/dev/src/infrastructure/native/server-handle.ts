import type { ServerProcess } from '../../process-control/server-process.ts';
import type { ServerHandle } from '../infrastructure.ts';

/** The handle of a server that consists of one process. */
export function serverHandle(
  server: ServerProcess,
  about: Pick<ServerHandle, 'name' | 'port' | 'ports' | 'logFile' | 'start'>,
): ServerHandle {
  return {
    ...about,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    exited: () => server.exited(),
  };
}
