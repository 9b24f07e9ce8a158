import type { StreamName } from '@gavel/proto/topology';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Mirror } from '../../application/mirror.ts';
import { JetStreamSession } from './jetstream-session.ts';
import { ensureMirrorStream, readMirrorEnd, type StreamLimits } from './mirror-stream.ts';

const TIMEOUT_MS = 5_000;
/** A server that says nothing is given up after two of these. */
const PING_MS = 4_000;

export interface JetStreamMirrorOptions extends StreamLimits {
  readonly stream: StreamName;
  /** `nats://user:pass@host:port`, or `tls://` */
  readonly url: string;
}

/** A Gavel stream's mirror in NATS JetStream. Each session has a connection of its own, which is never made again. */
export function createJetStreamMirror(options: JetStreamMirrorOptions): Mirror {
  const { stream, url } = options;
  return {
    async open() {
      const connection = await connectOnce(url, `nats-bridge ${stream}`);
      try {
        const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS });
        await ensureMirrorStream(manager, stream, options);
        const end = await readMirrorEnd(manager, stream);
        return new JetStreamSession({ connection, manager, stream, end, timeoutMs: TIMEOUT_MS });
      } catch (error) {
        await connection.close();
        throw error;
      }
    },
  };
}

// Without reconnecting: what was in flight when a connection broke is in doubt, and a new session finds out.
function connectOnce(text: string, name: string): Promise<NatsConnection> {
  const url = new URL(text);
  return connect({
    servers: url.host,
    name,
    reconnect: false,
    timeout: TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ...(url.username !== '' && {
      user: decodeURIComponent(url.username),
      pass: decodeURIComponent(url.password),
    }),
    ...(url.protocol === 'tls:' && { tls: {} }),
  });
}
