import type { StreamName } from '@gavel/proto/topology';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { MirrorRefused } from '../../application/ports.ts';
import { type Positions, parsePositions } from '../../domain/positions.ts';
import { gavelHeader } from './message-headers.ts';

/** How many messages of other clients at the end of the stream are skipped to find the bridge's last one. */
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
 * Creates the stream if it is missing; an existing one is left as it is. Messages are removed by size and not by age, because
 * the last message holds the bridge's position and must stay. For the same reason the stream cannot be purged.
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

/** The end of a mirror: the sequence that the next message follows, and the positions reached. */
export interface MirrorEnd {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly positions: Positions;
}

/**
 * Reads from the mirror's last message how far the mirror is. Throws `MirrorRefused` if the mirror once held messages and
 * none of the remaining ones contains a position.
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
    `${name} was emptied or filled by others: none of its last messages shows how far the mirror is. ` +
      'Remove this JetStream stream: then everything that Gavel still holds is mirrored again.',
  );
}
