import { partitionsOf, type StreamName, streams } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';

/** Every stream there is. */
export const streamNames = Object.keys(streams) as StreamName[];

/** A stream's name. Throws `notFound`, naming those there are. */
export function requireStream(name: string): StreamName {
  const found = streamNames.find((each) => each === name);
  if (found !== undefined) return found;
  throw new CommandFailure('notFound', `no stream ${name}`, `There are ${streamNames.join(' and ')}.`);
}

/** The partitions that a stream's or a partition's name stands for. Throws `notFound`. */
export function requirePartitions(name: string): string[] {
  for (const stream of streamNames) {
    const partitions = partitionsOf(stream);
    if (stream === name) return partitions;
    if (partitions.includes(name)) return [name];
  }
  throw new CommandFailure(
    'notFound',
    `no stream or partition ${name}`,
    `There are ${streamNames.map((stream) => `${stream} (${partitionsOf(stream).join(', ')})`).join(' and ')}.`,
  );
}

/** One partition of a stream, by its number or its name. Throws `notFound`. */
export function requirePartition(stream: StreamName, which: string): string {
  const partitions = partitionsOf(stream);
  const found = partitions.find((each) => each === which || each === `${stream}-${which}`);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `${stream} has no partition ${which}`,
    `It has ${partitions.join(', ')}.`,
  );
}
