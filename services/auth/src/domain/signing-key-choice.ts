/** The facts by which a signing key is chosen. */
export interface DatedKey {
  /** The file's name. A newer key has a greater one. */
  name: string;
  /** When the file was written. */
  writtenAt: Date;
}

/**
 * The key that signs: the newest one that has been published for `publishFirstMs`, or the newest of all if there is none. A key that
 * signed at once would be unknown to instances and verifiers that have not read it yet. Throws a RangeError without keys.
 */
export function chooseSigningKey<K extends DatedKey>(
  keys: readonly K[],
  now: Date,
  publishFirstMs: number,
): K {
  const newestFirst = keys.toSorted((a, b) => (a.name < b.name ? 1 : -1));
  const published = newestFirst.find((key) => now.getTime() - key.writtenAt.getTime() >= publishFirstMs);
  const chosen = published ?? newestFirst[0];
  if (chosen === undefined) throw new RangeError('there is no signing key');
  return chosen;
}
