import { crc32 } from 'node:zlib';

const uint32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const message = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x00, 0x53, 0x75, 0xa0, text.length]), Buffer.from(text)]);
/** One message as it is stored in a chunk. */
export const entry = (text: string): Buffer => Buffer.concat([uint32(message(text).length), message(text)]);
/** Several messages, packed by a method (0 none, 1 gzip, 4 zstd), as they are stored in a chunk. */
export const subBatch = (method: number, records: number, packed: Buffer, unpackedLength: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x80 | (method << 4), records >> 8, records & 0xff]),
    uint32(unpackedLength),
    uint32(packed.length),
    packed,
  ]);

/** The bytes of a chunk as the broker would send them. */
export function chunkBytes(firstOffset: bigint, records: number, ...entries: Buffer[]): Buffer {
  const data = Buffer.concat(entries);
  const header = Buffer.alloc(48);
  header[0] = 0x50;
  header.writeUInt16BE(entries.length, 2);
  header.writeUInt32BE(records, 4);
  header.writeBigInt64BE(1_700_000_000_000n, 8);
  header.writeBigUInt64BE(firstOffset, 24);
  header.writeUInt32BE(crc32(data), 32);
  header.writeUInt32BE(data.length, 36);
  return Buffer.concat([header, data]);
}
