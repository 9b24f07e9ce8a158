import { fromHeaders } from '@gavel/proto/envelope';
import { subjectMatches } from '@gavel/proto/subjects';
import type { StreamName } from '@gavel/proto/topology';
import type { Delivery } from './event-log.ts';
import type { MirroredEvent } from './mirror.ts';

/** A message that cannot be mirrored, and why. It stays on the Gavel stream. */
export interface Unmirrored {
  readonly offset: bigint;
  readonly problem: string;
}

/**
 * Sorts deliveries into events for the mirror and messages that have no place in it: bytes or headers that are no event,
 * subjects outside the stream's, bodies above the mirror's limit. Types and bodies are not looked into: a mirror passes
 * on what newer programs say, too.
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
      refuse(`subject ${parsed.envelope.subject} is not one of ${stream}`);
    else if (content.body.byteLength > maxBodyBytes)
      refuse(`${content.body.byteLength} bytes are more than the ${maxBodyBytes} that the mirror takes`);
    else events.push({ offset, envelope: parsed.envelope, body: content.body });
  }
  return { events, unmirrored };
}
