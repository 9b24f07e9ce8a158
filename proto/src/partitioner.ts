import { type StreamName, streams } from './topology.ts';

// The seed of RabbitMQ's own super-stream clients, so that a foreign client with hash routing finds the same partition
// (rabbitmq-stream-java-client, HashRoutingStrategy).
const SEED = 104729;

/** The partition of a stream that holds every event of one aggregate, for example `gavel.bids-2`. */
export function partitionFor(stream: StreamName, partitionKey: string): string {
  return `${stream}-${murmur3(Buffer.from(partitionKey, 'utf8'), SEED) % streams[stream].partitions}`;
}

/** MurmurHash3 x86 32 bit as an unsigned number (https://github.com/aappleby/smhasher, public domain algorithm). */
export function murmur3(data: Uint8Array, seed: number): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const blocks = data.byteLength >> 2;
  let h = seed;
  for (let i = 0; i < blocks; i++) {
    h ^= scramble(view.getUint32(i * 4, true));
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = data.byteLength - 1; i >= blocks * 4; i--) tail = (tail << 8) | (data[i] as number);
  if (data.byteLength & 3) h ^= scramble(tail);
  h ^= data.byteLength;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const k = Math.imul(block, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}
