import type { StreamName } from '@gavel/proto/topology';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { MirrorRefused } from '../../application/mirror.ts';
import { type Positions, parsePositions } from '../../domain/positions.ts';
import { gavelHeader } from './message-headers.ts';

/** How many messages of other clients, at the end of the stream, are passed over in search of the bridge's own. */
const LOOK_BACK = 10_000;

export interface StreamLimits {
  readonly maxBytes: number;
  readonly replicas: number;
}

/** The JetStream stream of a Gavel stream: `GAVEL_BIDS` for `gavel.bids`. */
export function jetStreamName(stream: StreamName): string {
  return stream.toUpperCase().replaceAll('.', '_');
}

/**
 * Makes the stream when there is none; one that is there is left as it is. It keeps by size and not by age, because the
 * bridge's position is in its last message, which therefore must stay; for the same reason nobody may purge it.
 */
export async function ensureMirrorStream(
  manager: JetStreamManager,
  stream: StreamName,
  limits: StreamLimits,
): Promise<void> {
  const name = jetStreamName(stream);
  try {
    await manager.streams.info(name);
    return;
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)) throw error;
  }
  await manager.streams.add({
    name,
    subjects: [`${stream}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_bytes: limits.maxBytes,
    num_replicas: limits.replicas,
    deny_purge: true,
    deny_delete: true,
    allow_direct: true,
  });
}

/** The end of a mirror: the sequence that its next message follows, and the positions it has come to. */
export interface MirrorEnd {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly positions: Positions;
}

/**
 * Reads how far the mirror is out of its own last message. Throws `MirrorRefused` when it held messages once and none
 * of those that are left says so.
 */
export async function readMirrorEnd(manager: JetStreamManager, stream: StreamName): Promise<MirrorEnd> {
  const name = jetStreamName(stream);
  const { state } = await manager.streams.info(name);
  const lastSequence = state.last_seq;
  if (lastSequence === 0) return { firstSequence: 1, lastSequence, positions: new Map() };
  const lowest = Math.max(state.first_seq, lastSequence - LOOK_BACK);
  for (let seq = lastSequence; state.messages > 0 && seq >= lowest; seq--) {
    const message = await manager.streams.getMessage(name, { seq });
    const positions = parsePositions(message?.header.get(gavelHeader.positions) ?? '');
    if (positions !== undefined) return { firstSequence: state.first_seq, lastSequence, positions };
  }
  throw new MirrorRefused(
    `${name} was emptied or filled by others: none of its last messages says how far the mirror is. ` +
      'Remove that JetStream stream, and everything that Gavel still holds is mirrored again.',
  );
}
