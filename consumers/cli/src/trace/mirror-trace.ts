import type { StreamName } from '@gavel/proto/topology';
import type { Session } from '../connections/session.ts';
import { reasonOf } from '../terminal/reason-of.ts';

/** What the bridge to NATS has done with an event. */
export interface MirrorTrace {
  readonly at: Date | null;
  /** Its sequence in JetStream, or why there is none. */
  readonly where: string;
}

/** An event is mirrored after it was created, but clocks may differ by this much. */
const CLOCK_DIFFERENCE_MS = 5_000;

/** Looks for an event in JetStream. Undefined if the address of NATS is not set. Does not throw while NATS is unavailable. */
export async function readMirrorTrace(
  session: Session,
  stream: StreamName,
  event: { readonly id: string; readonly subject: string },
  createdAt: Date,
): Promise<MirrorTrace | undefined> {
  if (!session.knows('NATS_URL')) return undefined;
  try {
    const mirror = await session.mirror();
    const place = await mirror.find(stream, event, new Date(createdAt.getTime() - CLOCK_DIFFERENCE_MS));
    return place === undefined
      ? { at: null, where: 'not in JetStream' }
      : { at: place.storedAt, where: `${place.stream}#${place.sequence}` };
  } catch (error) {
    return { at: null, where: `NATS did not answer: ${reasonOf(error)}` };
  }
}
