/** An object of a store without its bytes. */
export interface ObjectEntry {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Stores objects under keys, which are relative paths with `/` between their parts. The bytes under a key never change: the
 * same bytes may be written again, by anybody and at the same time.
 */
export interface ObjectStore {
  /** Resolves once the bytes are durable. Throws when the store is unavailable. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when the key does not exist. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Every object whose key starts with the prefix, in no particular order. A prefix ends with `/`. */
  list(prefix: string): Promise<readonly ObjectEntry[]>;
  /** Closes connections. A closed store is not used again. */
  close(): void;
}
