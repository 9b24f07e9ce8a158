import type { Job, PeerUrls } from './peer.ts';

/** The role of a handler process: to receive what the broker delivers, or to handle a peer's jobs. */
export type Role = { readonly hears: 'broker' } | { readonly peer: string; readonly job: Job };

/** The first argument of the process, as JSON. */
export interface HandlerStart {
  readonly role: Role;
  readonly urls: PeerUrls;
}

/** A request of the bench to a handler process. */
export type HandlerRequest = { readonly ask: 'collect'; readonly count: number } | { readonly ask: 'stop' };

/** One event at its handler: the channel, the event, and the time in milliseconds of the shared clock. */
export type Sample = readonly [channel: string, eventId: string, at: number];

/** An answer of a handler process. */
export type HandlerAnswer =
  | { readonly told: 'ready' }
  | { readonly told: 'collected'; readonly samples: readonly Sample[] };
