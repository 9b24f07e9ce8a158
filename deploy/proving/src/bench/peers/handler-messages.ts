import type { Job, PeerUrls } from './peer.ts';

/** What a handler process is there for: to hear of what the broker delivers, or to do a peer's jobs. */
export type Role = { readonly hears: 'broker' } | { readonly peer: string; readonly job: Job };

/** How it is started: JSON in its first argument. */
export interface HandlerStart {
  readonly role: Role;
  readonly urls: PeerUrls;
}

/** What the bench asks of a handler process. */
export type HandlerRequest = { readonly ask: 'collect'; readonly count: number } | { readonly ask: 'stop' };

/** One event at its handler: on which way, which event, when on the shared clock in milliseconds. */
export type Sample = readonly [channel: string, eventId: string, at: number];

/** What a handler process answers. */
export type HandlerAnswer =
  | { readonly told: 'ready' }
  | { readonly told: 'collected'; readonly samples: readonly Sample[] };
