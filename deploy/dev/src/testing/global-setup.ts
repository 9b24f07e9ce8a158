import type { TestProject } from 'vitest/node';
import type { InfrastructureUrls } from '../infrastructure/infrastructure.ts';
import { startTestInfrastructure } from './private-infrastructure.ts';

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: InfrastructureUrls;
  }
}

/**
 * Vitest's global setup of the int and e2e projects: one private Postgres, RabbitMQ 4 and Redis per run (or the
 * external ones, when their URLs are set), handed to tests as `inject('infrastructure')`, stopped at the end.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const infrastructure = await startTestInfrastructure({
    allowExternal: true,
    report: (line) => process.stderr.write(`[infrastructure] ${line}\n`),
  });
  project.provide('infrastructure', infrastructure.urls);
  return () => infrastructure.stop();
}
