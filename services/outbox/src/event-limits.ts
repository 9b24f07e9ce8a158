/**
 * Largest event in bytes, with its headers. A frame of the stream protocol has at most 1 MiB (1,048,576, the broker's default
 * `stream.frame_max`), of which about 100 bytes are the frame's own.
 */
export const MAX_EVENT_BYTES = 1_000_000;

/** An upper bound of a message's size in the stream's encoding. */
export function encodedBytes(headers: Readonly<Record<string, string>>, body: Uint8Array): number {
  let bytes = body.byteLength + FIXED_BYTES;
  for (const name in headers) {
    bytes += name.length + Buffer.byteLength(headers[name] as string) + LENGTH_PREFIXES;
  }
  return bytes;
}

// Sections, message properties (message id, subject of at most 255 bytes, content type) and the publishing id.
const FIXED_BYTES = 512;
// A header is two strings, each with a type code and a length of one or four bytes.
const LENGTH_PREFIXES = 10;
