/** What the choice between signing keys goes by. */
export interface DatedKey {
  /** File name; greater is newer. */
  name: string;
  /** When the file was written. */
  writtenAt: Date;
}

/**
 * The key that signs: the newest one that has been published long enough for every verifier to have it, or the
 * newest of all when none has. A key that signed at once would be unknown to an instance that has not read it yet.
 * Throws a RangeError when there are no keys.
 */
export function chooseSigningKey<K extends DatedKey>(
  keys: readonly K[],
  now: Date,
  publishFirstMs: number,
): K {
  const newestFirst = keys.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  const settled = newestFirst.find((key) => now.getTime() - key.writtenAt.getTime() >= publishFirstMs);
  const chosen = settled ?? newestFirst[0];
  if (chosen === undefined) throw new RangeError('there is no signing key');
  return chosen;
}
