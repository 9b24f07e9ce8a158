import type { HistorySource } from '@gavel/archiver/history-source';
import type { OpenArchive } from '@gavel/archiver/open-archive';
import type { MirrorInspector } from '@gavel/nats-bridge/inspect-mirror';
import { createPool, type Pool } from '@gavel/postgres/pool';
import type { DatabaseName } from '@gavel/processes';
import { databaseKey } from '@gavel/proto/process';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import type { StreamReader } from '@gavel/rabbitmq/stream-reader';
import type { ConnectionName } from './connection-names.ts';
import type { Connections } from './connections.ts';

/**
 * The connections of one run of a command. Each is opened when it is first used; all are closed together. Its client is
 * loaded then, too: to load all of them takes longer than most commands.
 */
export interface Session extends Connections {
  databaseUrl(name: DatabaseName): string;
  pool(name: DatabaseName): Pool;
  inspector(): Promise<StreamInspector>;
  reader(): StreamReader;
  mirror(): Promise<MirrorInspector>;
  archive(): Promise<OpenArchive>;
  /** The streams with their archived past; without an archive, only the streams. The caller closes it. */
  openHistory(): Promise<HistorySource>;
  close(): Promise<void>;
}

const CLIENT_NAME = 'gavel command line';

/** Stands for an archive whose location is not known: it has nothing. */
const noArchive = {
  end: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  manifest: refuseToRead,
  read: refuseToRead,
};

function refuseToRead(): Promise<never> {
  return Promise.reject(new Error('there is no archive'));
}

export function createSession(connections: Connections): Session {
  const pools = new Map<DatabaseName, Pool>();
  let inspector: Promise<StreamInspector> | undefined;
  let reader: StreamReader | undefined;
  let mirror: Promise<MirrorInspector> | undefined;
  let archive: Promise<OpenArchive> | undefined;
  const archiveOnce = (): Promise<OpenArchive> => {
    archive ??= import('@gavel/archiver/open-archive').then(({ openArchive }) =>
      openArchive(url('ARCHIVE_LOCATION')),
    );
    return archive;
  };
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
      inspector ??= import('@gavel/rabbitmq/stream-inspector').then(({ inspectStream }) =>
        inspectStream(url('STREAM_URL'), CLIENT_NAME),
      );
      return inspector;
    },
    reader() {
      reader ??= lazyReader(url('STREAM_URL'));
      return reader;
    },
    mirror() {
      mirror ??= import('@gavel/nats-bridge/inspect-mirror').then(({ inspectMirror }) =>
        inspectMirror(url('NATS_URL'), CLIENT_NAME),
      );
      return mirror;
    },
    archive: archiveOnce,
    async openHistory() {
      const { createHistorySource } = await import('@gavel/archiver/history-source');
      const { createStreamSource } = await import('@gavel/rabbitmq/stream-source');
      const past = connections.knows('ARCHIVE_LOCATION') ? await archiveOnce() : noArchive;
      return createHistorySource(past, createStreamSource(url('STREAM_URL'), CLIENT_NAME));
    },
    async close() {
      await reader?.close();
      // A connection that failed to open has already been reported by the command that asked for it.
      for (const opening of [inspector, mirror, archive]) {
        await opening?.then(
          (opened) => opened.close(),
          () => undefined,
        );
      }
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

/** A reader whose client is loaded by the first read. */
function lazyReader(streamUrl: string): StreamReader {
  let opened: Promise<StreamReader> | undefined;
  const open = (): Promise<StreamReader> => {
    opened ??= import('@gavel/rabbitmq/stream-reader').then(({ openStreamReader }) =>
      openStreamReader(streamUrl, CLIENT_NAME),
    );
    return opened;
  };
  return {
    async *read(partition, from, onStart) {
      return yield* (await open()).read(partition, from, onStart);
    },
    close: async () => (await opened)?.close(),
  };
}
