import type { EventEnvelope } from '@gavel/proto/envelope';
import type { Positions } from '../domain/positions.ts';

/** An event on its way into the mirror. */
export interface MirroredEvent {
  readonly offset: bigint;
  readonly envelope: EventEnvelope;
  /** The protobuf bytes, as they are on the stream. */
  readonly body: Uint8Array;
}

/** W3C trace context of the publishing, one for each event id; absent for events whose traces ended long ago. */
export type Carriers = ReadonlyMap<string, { readonly traceparent?: string; readonly tracestate?: string }>;

export interface AppendCounts {
  readonly mirrored: number;
  /** Second copies of events that the mirror had already. */
  readonly duplicate: number;
}

/** One connection to the mirror, from what it held when the session began. */
export interface MirrorSession {
  /** How far the mirror is: as it said itself when the session began, and as far as `append` has brought it since. */
  readonly positions: Positions;
  /** Rejects when the connection is lost; resolves when the session is closed from this side. */
  readonly ended: Promise<void>;
  /** Whether it no longer holds everything that was mirrored: by size, the oldest goes first. */
  readonly hasDiscarded: boolean;
  /** The first of those events that it holds. */
  findHeld(events: readonly MirroredEvent[]): Promise<MirroredEvent | undefined>;
  /** Largest body that it takes. */
  readonly maxBodyBytes: number;
  /**
   * Adds events of one partition, in order, each together with the position that it moves the mirror to. Calls wait for
   * each other. Rejects when anything is in doubt (an answer was lost, `Overtaken`): the session is then of no more use,
   * and what the next one finds is the truth.
   */
  append(partition: string, events: readonly MirroredEvent[], carriers: Carriers): Promise<AppendCounts>;
  close(): Promise<void>;
}

/** Where a Gavel stream is mirrored to. */
export interface Mirror {
  /** Rejects with `MirrorRefused` when trying again cannot help. */
  open(): Promise<MirrorSession>;
}

/** Somebody else has written since this session began: another bridge is at work. Nothing of ours was added after that. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** The mirror no longer says how far it is, so going on could lose or repeat events. */
export class MirrorRefused extends Error {
  override readonly name = 'MirrorRefused';
}
