import { environment } from '@gavel/dev/config';
import { ensureBffBuild } from '@gavel/dev/system/bff-build';
import { baseEnvironment } from '@gavel/dev/system/process-environment';
import { inject } from 'vitest';
import { type System, type SystemOptions, startSystem } from '../system/start-system.ts';

/** Starts a private Gavel with its web app on the servers of the test run. */
export async function startWebSystem(options: SystemOptions = {}): Promise<System> {
  await ensureBffBuild(baseEnvironment(environment), AbortSignal.timeout(240_000));
  return startSystem({ bff: true, infrastructure: inject('infrastructure'), ...options });
}
