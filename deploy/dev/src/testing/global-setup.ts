import type { TestProject } from 'vitest/node';
import type { InfrastructureUrls } from '../infrastructure/infrastructure.ts';
import { startTestInfrastructure } from './private-infrastructure.ts';

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: InfrastructureUrls;
  }
}

/**
 * Vitest's global setup for integration and end-to-end tests. Starts one private Postgres, RabbitMQ 4 and Redis per run, or uses the
 * external servers when their URLs are set, and stops them at the end. Tests get the URLs from `inject('infrastructure')`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const infrastructure = await startTestInfrastructure({
    allowExternal: true,
    report: (line) => process.stderr.write(`[infrastructure] ${line}\n`),
  });
  project.provide('infrastructure', infrastructure.urls);
  return () => infrastructure.stop();
}
