/** A planted bug of the model, and what goes wrong with it. */
export interface ModelVariant {
  /** The macro that plants it in `backbone.pml`. */
  readonly define: string;
  readonly name: string;
}

/** Each of these must have a counterexample. The ones that `make faults` plants too have the same names there. */
export const variants: readonly ModelVariant[] = [
  { define: 'BUG_CURSOR', name: 'a relay that reads by id above a cursor' },
  { define: 'BUG_NEW_PUBLISHER_NAME', name: 'a relay that publishes under a new name at each start' },
  { define: 'BUG_NO_FENCE', name: 'a relay that claims without comparing its epoch' },
  { define: 'BUG_MARK_BEFORE_CONFIRM', name: 'a relay that marks as published before the broker confirms' },
  { define: 'BUG_LOSS_UNNOTICED', name: 'a relay that does not compare the stream with what was confirmed' },
  { define: 'BUG_OFFSET_FIRST', name: 'a consumer that commits its offset before its effect' },
  {
    define: 'BUG_READ_ON_AFTER_LOSS',
    name: 'a consumer that reads on after retention has removed what it had not read',
  },
  {
    define: 'BUG_PROCESSED_EVENTS_IGNORED',
    name: 'a consumer that does not read its record of handled events',
  },
  { define: 'BUG_NO_CHECKPOINT_COMPARISON', name: 'a consumer that writes its checkpoint without comparing' },
  {
    define: 'BUG_COMPARES_OFFSETS_ONLY',
    name: 'a consumer that compares the offset of its checkpoint and not its version',
  },
  {
    define: 'BUG_LATE_RECONNECT',
    name: 'a replaced relay that connects to the broker again before it notices that it is replaced',
  },
];
