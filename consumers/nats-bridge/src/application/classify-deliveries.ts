import { fromHeaders } from '@gavel/proto/envelope';
import { subjectMatches } from '@gavel/proto/subjects';
import type { StreamName } from '@gavel/proto/topology';
import type { Delivery, MirroredEvent } from './ports.ts';

/** A message that cannot be mirrored, and why. It stays on the Gavel stream. */
export interface Unmirrored {
  readonly offset: bigint;
  readonly problem: string;
}

/**
 * Separates events to mirror from messages that cannot be mirrored: bytes or headers that are not an event, subjects of
 * another stream, bodies above the mirror's limit. Types and bodies are not checked: events of newer programs are
 * mirrored too.
 */
export function classifyDeliveries(
  stream: StreamName,
  maxBodyBytes: number,
  deliveries: readonly Delivery[],
): { events: MirroredEvent[]; unmirrored: Unmirrored[] } {
  const events: MirroredEvent[] = [];
  const unmirrored: Unmirrored[] = [];
  for (const { offset, content } of deliveries) {
    const refuse = (problem: string): number => unmirrored.push({ offset, problem });
    if (!content.ok) {
      refuse(content.problem);
      continue;
    }
    const parsed = fromHeaders(content.headers);
    if (!parsed.ok) refuse(parsed.problem);
    else if (!subjectMatches(`${stream}.>`, parsed.envelope.subject))
      refuse(`the subject ${parsed.envelope.subject} does not belong to ${stream}`);
    else if (content.body.byteLength > maxBodyBytes)
      refuse(`the body has ${content.body.byteLength} bytes, and the mirror takes at most ${maxBodyBytes}`);
    else events.push({ offset, envelope: parsed.envelope, headers: content.headers, body: content.body });
  }
  return { events, unmirrored };
}
