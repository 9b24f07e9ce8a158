/** What the bench asks of a handler process. */
export type HandlerRequest = { readonly ask: 'collect'; readonly count: number } | { readonly ask: 'stop' };

/** One event at its handler: on which way, which event, when on the shared clock in milliseconds. */
export type Sample = readonly [channel: string, eventId: string, at: number];

/** What a handler process answers. */
export type HandlerAnswer =
  | { readonly told: 'ready' }
  | { readonly told: 'collected'; readonly samples: readonly Sample[] };
