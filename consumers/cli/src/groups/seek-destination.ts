import { readFile } from 'node:fs/promises';
import type { Extent } from '@gavel/consumer-runtime/extent';
import type { StreamInspector } from '@gavel/rabbitmq/stream-inspector';
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CommandFailure } from '../command-failure.ts';
import { resolveOffset } from '../streams/extent.ts';
import { formatOffset, type OffsetSpec, parseOffset } from '../streams/offset-spec.ts';

/** Where a seek goes to: one offset for all partitions, a distance from the present checkpoints, or an offset per partition. */
export type SeekDestination =
  | OffsetSpec
  | { readonly kind: 'shift'; readonly by: bigint }
  | { readonly kind: 'file'; readonly name: string; readonly offsets: ReadonlyMap<string, OffsetSpec> };

/** Parses a distance in messages: `-1000` is back, `1000` is forward. Throws Commander's InvalidArgumentError (exit code 2). */
export function parseShift(text: string): SeekDestination {
  if (/^[+-]?[1-9]\d{0,17}$/.test(text)) return { kind: 'shift', by: BigInt(text.replace('+', '')) };
  throw new InvalidArgumentError('It must be a number of messages: -1000 is back, 1000 is forward.');
}

const positions = z.record(z.string(), z.union([z.string(), z.int().nonnegative()]));

/**
 * Reads an offset per partition from a JSON file, `{"gavel.bids-0": 1200, "gavel.bids-1": "first"}`, as `gavel groups export`
 * writes it. Throws `usage` for a file without that form, and `notFound` for a partition that the stream does not have.
 */
export async function readPositions(name: string, partitions: readonly string[]): Promise<SeekDestination> {
  const content = await readFile(name, 'utf8').catch((error: unknown) => {
    throw new CommandFailure('usage', `${name} cannot be read`, undefined, error);
  });
  const offsets = new Map(
    Object.entries(parsePositions(name, content)).map(([partition, offset]) => [
      partition,
      parseOne(name, partition, String(offset)),
    ]),
  );
  const unknown = [...offsets.keys()].find((partition) => !partitions.includes(partition));
  if (unknown !== undefined) {
    throw new CommandFailure(
      'notFound',
      `${name}: the group reads no partition ${unknown}`,
      `It reads ${partitions.join(', ')}.`,
    );
  }
  return { kind: 'file', name, offsets };
}

function parsePositions(name: string, content: string): z.output<typeof positions> {
  const wayOut = 'It must be a JSON object with an offset per partition, as `gavel groups export` writes it.';
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new CommandFailure('usage', `${name} is not JSON`, wayOut, error);
  }
  const parsed = positions.safeParse(json);
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
  throw new CommandFailure('usage', `${name} names no partitions with offsets`, wayOut, parsed.error);
}

function parseOne(name: string, partition: string, text: string): OffsetSpec {
  try {
    return parseOffset(text);
  } catch (error) {
    throw new CommandFailure('usage', `${name}: ${partition}: ${text} is not an offset`, undefined, error);
  }
}

/** The partitions that a destination moves, of those that are asked for. */
export function partitionsOfDestination(
  destination: SeekDestination,
  partitions: readonly string[],
): readonly string[] {
  return destination.kind === 'file'
    ? partitions.filter((each) => destination.offsets.has(each))
    : partitions;
}

/**
 * The next offset to read in a partition. A shift ends at the first or the next offset of the partition if it would go further.
 * Throws `refused` for an offset that the partition does not hold.
 * @param committed the last offset that the group has committed
 */
export async function resolveDestination(
  inspector: StreamInspector,
  extent: Extent,
  destination: SeekDestination,
  committed: bigint | null,
): Promise<bigint> {
  if (destination.kind === 'shift') {
    const { first, next } = extent;
    const now = committed === null || committed < first ? first : committed + 1n;
    const shifted = now + destination.by;
    if (shifted < first) return first;
    return shifted > next ? next : shifted;
  }
  if (destination.kind !== 'file') return resolveOffset(inspector, extent, destination);
  const offset = destination.offsets.get(extent.partition);
  if (offset === undefined) throw new Error(`${destination.name} has no offset for ${extent.partition}`);
  return resolveOffset(inspector, extent, offset);
}

/** A destination in words, for the record of the seek. */
export function formatDestination(destination: SeekDestination): string {
  if (destination.kind === 'shift') return `shift ${destination.by}`;
  return destination.kind === 'file' ? `file ${destination.name}` : formatOffset(destination);
}
