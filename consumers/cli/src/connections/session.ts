import { inspectMirror, type MirrorInspector } from '@gavel/nats-bridge/inspect-mirror';
import { createPool, type Pool } from '@gavel/postgres/pool';
import type { DatabaseName } from '@gavel/processes';
import { inspectStream, type StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { openStreamReader, type StreamReader } from '@gavel/rabbitmq/stream-reader';
import { databaseKey } from '../config.ts';
import type { ConnectionName, Connections } from './connections.ts';

/** Connections of one run of a command, made when first asked for and closed together. */
export class Session {
  readonly #connections: Connections;
  readonly #pools = new Map<DatabaseName, Pool>();
  #inspector: Promise<StreamInspector> | undefined;
  #reader: StreamReader | undefined;
  #mirror: Promise<MirrorInspector> | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  url(name: ConnectionName): string {
    return this.#connections.url(name);
  }

  knows(name: ConnectionName): boolean {
    return this.#connections.knows(name);
  }

  databaseUrl(name: DatabaseName): string {
    return this.url(databaseKey(name));
  }

  pool(name: DatabaseName): Pool {
    const known = this.#pools.get(name);
    if (known !== undefined) return known;
    const pool = createPool({
      connectionString: this.databaseUrl(name),
      applicationName: 'gavel',
      max: 4,
    });
    this.#pools.set(name, pool);
    return pool;
  }

  inspector(): Promise<StreamInspector> {
    this.#inspector ??= inspectStream(this.url('STREAM_URL'), 'gavel command line');
    return this.#inspector;
  }

  reader(): StreamReader {
    this.#reader ??= openStreamReader(this.url('STREAM_URL'), 'gavel command line');
    return this.#reader;
  }

  mirror(): Promise<MirrorInspector> {
    this.#mirror ??= inspectMirror(this.url('NATS_URL'), 'gavel command line');
    return this.#mirror;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
    // An inspector that could not be opened has been reported where it was asked for.
    for (const inspector of [this.#inspector, this.#mirror]) {
      await inspector?.then(
        (opened) => opened.close(),
        () => undefined,
      );
    }
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
  }
}
