import type { StreamName } from '@gavel/proto/topology';
import type { Session } from '../connections/session.ts';
import { reasonOf } from '../terminal/explain-error.ts';

/** What the bridge to NATS has done with an event. */
export interface MirrorTrace {
  readonly at: Date | null;
  /** Its place in JetStream, or why there is none. */
  readonly where: string;
}

/** As for the stream: an event cannot have been mirrored before it was made, but clocks differ. */
const CLOCKS_MS = 5_000;

/** Undefined when nobody said where NATS is: the bridge is off unless asked for. Never throws because NATS is away. */
export async function readMirrorTrace(
  session: Session,
  stream: StreamName,
  event: { readonly id: string; readonly subject: string },
  madeAt: Date,
): Promise<MirrorTrace | undefined> {
  if (!session.knows('NATS_URL')) return undefined;
  try {
    const mirror = await session.mirror();
    const place = await mirror.find(stream, event, new Date(madeAt.getTime() - CLOCKS_MS));
    return place === undefined
      ? { at: null, where: 'not in JetStream' }
      : { at: place.storedAt, where: `${place.stream}#${place.sequence}` };
  } catch (error) {
    return { at: null, where: `NATS does not answer: ${reasonOf(error)}` };
  }
}
