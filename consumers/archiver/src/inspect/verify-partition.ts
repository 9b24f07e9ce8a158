import type { ObjectArchive, StoredSegment } from '../adapters/object-store/object-archive.ts';
import { BrokenSegment } from '../application/ports.ts';
import { type Generation, listGenerations } from './list-generations.ts';

/** What was read of a partition, and what is wrong with it. */
export interface VerifiedPartition {
  readonly partition: string;
  readonly segments: number;
  readonly messages: number;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/**
 * Reads every segment of a partition: its objects must be there, its checksum must match, and its messages must have ascending
 * offsets within its range. Also names missing offsets inside a generation, and a generation other than the first that does not start at
 * offset 0, because messages were removed before they were archived.
 * @param onSegment called after each segment
 */
export async function verifyPartition(
  archive: Pick<ObjectArchive, 'list' | 'read'>,
  partition: string,
  onSegment: () => void,
): Promise<VerifiedPartition> {
  const generations = await listGenerations(archive, partition);
  const problems: string[] = [];
  let [segments, messages] = [0, 0];
  for (const [index, generation] of generations.entries()) {
    problems.push(...findGaps(generation, index > 0));
    for (const segment of generation.segments) {
      const result = await verifySegment(archive, segment);
      segments += 1;
      if (typeof result === 'number') messages += result;
      else problems.push(result);
      onSegment();
    }
  }
  return { partition, segments, messages, problems };
}

function findGaps({ number, first, holes }: Generation, isLater: boolean): string[] {
  const name = `generation ${new Date(number).toISOString()}`;
  const gaps = holes.map((hole) => `${name} has no segment with the offsets ${hole.first} to ${hole.last}`);
  if (!isLater || first === 0n) return gaps;
  return [
    `${name} starts at offset ${first}: earlier messages were removed before they were archived`,
    ...gaps,
  ];
}

/** The number of messages, or what is wrong. */
async function verifySegment(
  archive: Pick<ObjectArchive, 'read'>,
  segment: StoredSegment,
): Promise<number | string> {
  try {
    const messages = await archive.read(segment);
    let before = segment.first - 1n;
    for (const { offset } of messages) {
      if (offset <= before || offset > segment.last) {
        return `the segment ${segment.first} to ${segment.last} has a message at offset ${offset} in the wrong place`;
      }
      before = offset;
    }
    return messages.length;
  } catch (error) {
    if (error instanceof BrokenSegment) return error.message;
    throw error;
  }
}
