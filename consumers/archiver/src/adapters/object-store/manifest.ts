import { z } from 'zod';

const offset = z.string().regex(/^\d{1,20}$/);

/** What a segment holds, stored beside it as JSON. */
const schema = z.object({
  /** 1: messages as `SegmentEncoder` writes them, compressed with zstd. */
  format: z.literal(1),
  partition: z.string(),
  generation: z.number(),
  first: offset,
  last: offset,
  messages: z.number(),
  /** When the broker stored the first and the last message, ISO 8601. */
  firstStoredAt: z.iso.datetime(),
  lastStoredAt: z.iso.datetime(),
  /** The fingerprint of the last message: its event id. */
  lastMessage: z.string(),
  /** Size of the messages before they were compressed. */
  bytes: z.number(),
  /** Of the compressed messages, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Manifest = z.output<typeof schema>;

export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Undefined when the bytes are no manifest. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
