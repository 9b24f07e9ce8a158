/** A group whose lag is reported until it is stopped. */
export interface WatchedGroup {
  readonly name: string;
  /** Events that are not handled, as it was measured last; 0 while a member of a stream's group reports them itself. */
  lag(): number;
  /** Why the lag is not known; undefined when it is. */
  problem(): unknown;
  stop(): Promise<void>;
}
