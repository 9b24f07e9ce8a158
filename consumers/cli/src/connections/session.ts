import { inspectMirror, type MirrorInspector } from '@gavel/nats-bridge/inspect-mirror';
import { createPool, type Pool } from '@gavel/postgres/pool';
import type { DatabaseName } from '@gavel/processes';
import { inspectStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { openStreamReader, type StreamReader } from '@gavel/rabbitmq/stream-reader';
import { type ConnectionName, databaseKey } from './connection-names.ts';
import type { Connections } from './connections.ts';

/** The connections of one run of a command. Each is opened when it is first used; all are closed together. */
export interface Session extends Connections {
  databaseUrl(name: DatabaseName): string;
  pool(name: DatabaseName): Pool;
  inspector(): Promise<StreamInspector>;
  reader(): StreamReader;
  mirror(): Promise<MirrorInspector>;
  close(): Promise<void>;
}

const CLIENT_NAME = 'gavel command line';

export function createSession(connections: Connections): Session {
  const pools = new Map<DatabaseName, Pool>();
  let inspector: Promise<StreamInspector> | undefined;
  let reader: StreamReader | undefined;
  let mirror: Promise<MirrorInspector> | undefined;
  const url = (name: ConnectionName): string => connections.url(name);
  const databaseUrl = (name: DatabaseName): string => url(databaseKey(name));
  return {
    url,
    knows: (name) => connections.knows(name),
    databaseUrl,
    pool(name) {
      const known = pools.get(name);
      if (known !== undefined) return known;
      const pool = createPool({
        connectionString: databaseUrl(name),
        applicationName: 'gavel',
        max: 4,
      });
      pools.set(name, pool);
      return pool;
    },
    inspector() {
      inspector ??= inspectStream(url('STREAM_URL'), CLIENT_NAME);
      return inspector;
    },
    reader() {
      reader ??= openStreamReader(url('STREAM_URL'), CLIENT_NAME);
      return reader;
    },
    mirror() {
      mirror ??= inspectMirror(url('NATS_URL'), CLIENT_NAME);
      return mirror;
    },
    async close() {
      await reader?.close();
      // A connection that failed to open has already been reported by the command that asked for it.
      for (const opening of [inspector, mirror]) {
        await opening?.then(
          (opened) => opened.close(),
          () => undefined,
        );
      }
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}
