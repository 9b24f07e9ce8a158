import { partitionsOf, type StreamName, streams } from '@gavel/proto/topology';
import { CommandFailure } from '../command-failure.ts';

/** The name of every stream. */
export const streamNames = Object.keys(streams) as StreamName[];

/** What `--help` says about the argument <stream>: `gavel.auth or gavel.bids`. */
export const streamHelp = streamNames.join(' or ');

/** A stream by its name. Throws `notFound` with the names that exist. */
export function requireStream(name: string): StreamName {
  const found = streamNames.find((each) => each === name);
  if (found !== undefined) return found;
  throw new CommandFailure('notFound', `no stream ${name}`, `The streams are ${streamNames.join(' and ')}.`);
}

/** The partitions of a stream, one partition by its name, or a test stream, which has no partitions. Throws `notFound` with the names that exist. */
export function requirePartitions(name: string): string[] {
  for (const stream of streamNames) {
    const partitions = partitionsOf(stream);
    if (stream === name) return partitions;
    if (partitions.includes(name)) return [name];
  }
  if (isTestStream(name)) return [name];
  throw new CommandFailure(
    'notFound',
    `no stream or partition ${name}`,
    `The streams are ${streamNames.map((stream) => `${stream} (${partitionsOf(stream).join(', ')})`).join(' and ')}.`,
  );
}

/** One partition of a stream, by its number or name. Throws `notFound`. */
export function requirePartition(stream: StreamName, which: string): string {
  const partitions = partitionsOf(stream);
  const found = partitions.find((each) => each === which || each === `${stream}-${which}`);
  if (found !== undefined) return found;
  throw new CommandFailure(
    'notFound',
    `${stream} has no partition ${which}`,
    `Its partitions are ${partitions.join(', ')}.`,
  );
}

/** Whether a name is that of a test stream: `test.` and at most 200 letters, digits, dots, dashes and underscores. */
function isTestStream(name: string): boolean {
  return /^test\.[\w.-]{1,200}$/.test(name);
}

/** Throws `refused` for any other name: only relays publish to the streams of the house. */
export function requireTestStream(name: string): void {
  if (isTestStream(name)) return;
  throw new CommandFailure(
    'refused',
    `${name} is not a test stream`,
    'The name of a test stream begins with `test.`. Only relays publish to other streams.',
  );
}
