import type { ProcessName } from '@gavel/processes';
import type { InfrastructureUrls } from '../infrastructure/infrastructure.ts';
import type { DatabaseUrls } from './databases.ts';

/** The values from which the environment of each process is computed. */
export interface SystemContext {
  readonly urls: InfrastructureUrls;
  readonly ports: Readonly<Record<ProcessName, number>>;
  readonly databaseUrls: DatabaseUrls;
  /** The system's data folder. Signing keys and pictures are stored in it. */
  readonly directory: string;
}

/** The base URL of a process on loopback. */
export function httpUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
