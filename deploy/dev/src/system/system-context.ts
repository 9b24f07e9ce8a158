import type { DatabaseName, ProcessName } from '@gavel/processes';
import type { InfrastructureUrls } from '../infrastructure/infrastructure.ts';

/** What the environment of the processes is computed from. */
export interface SystemContext {
  readonly urls: InfrastructureUrls;
  readonly ports: Readonly<Record<ProcessName, number>>;
  /** One URL per database, each with its owner role. */
  readonly databaseUrls: Readonly<Record<DatabaseName, string>>;
  /** The system's own folder: signing keys and pictures are kept in it. */
  readonly directory: string;
}

/** The base URL of a process on loopback. */
export function httpUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
