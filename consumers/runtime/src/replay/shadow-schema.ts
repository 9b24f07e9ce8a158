import { createPool, type Pool } from '@gavel/postgres/pool';
import type { ConsumerDefinition } from '../define-consumer.ts';

/** The schema of a consumer's shadow: its projection's tables and the runtime's own, by the same names as the live ones. */
export function shadowSchema(definition: Pick<ConsumerDefinition, 'name'>): string {
  return `replay_${definition.name.replaceAll('-', '_')}`;
}

/** Where the tables go that a swap has replaced, until the next one. */
export function replacedSchema(definition: Pick<ConsumerDefinition, 'name'>): string {
  return `replaced_${definition.name.replaceAll('-', '_')}`;
}

/** The runtime's tables that a consumer's transaction writes. */
export const runtimeTables = ['checkpoints', 'processed_events', 'dead_letters'] as const;

/**
 * A pool in whose sessions every unqualified name means the shadow's table where there is one. The very code that
 * applies live events so works on the shadow: handler, checkpoints, processed events and dead letters alike.
 */
export function createShadowPool(databaseUrl: string, definition: ConsumerDefinition, max: number): Pool {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${shadowSchema(definition)},public`);
  return createPool({ connectionString: url.href, applicationName: `replay ${definition.name}`, max });
}

/** A name as SQL takes it. */
export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
