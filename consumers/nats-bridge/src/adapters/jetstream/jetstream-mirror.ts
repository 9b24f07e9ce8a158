import type { StreamName } from '@gavel/proto/topology';
import { jetstreamManager } from '@nats-io/jetstream';
import type { Mirror } from '../../application/ports.ts';
import { connectOnce, type NatsFiles } from './connect-once.ts';
import { JetStreamSession } from './jetstream-session.ts';
import { ensureMirrorStream, readMirrorEnd, type StreamLimits } from './mirror-stream.ts';

const TIMEOUT_MS = 5_000;

export interface JetStreamMirrorOptions extends StreamLimits {
  readonly stream: StreamName;
  /** See connectOnce. */
  readonly url: string;
  readonly files?: NatsFiles;
}

/** The mirror of a Gavel stream in NATS JetStream. Each session has its own connection, which does not reconnect. */
export function createJetStreamMirror(options: JetStreamMirrorOptions): Mirror {
  const { stream, url, files } = options;
  return {
    async open() {
      const connection = await connectOnce(url, `nats-bridge ${stream}`, files);
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
