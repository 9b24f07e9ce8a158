/** The content of an AMQP 1.0 message that this package writes. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly subject: string;
  readonly contentType: string;
  /** Application properties. An empty value stays an empty string, which rabbitmq-stream-js-client cannot read. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

// Sections (AMQP 1.0, part 3.2) and types (part 1.6).
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;
const NULL = 0x40;
const STRING = { short: 0xa1, long: 0xb1 } as const;
const SYMBOL = { short: 0xa3, long: 0xb3 } as const;
const BINARY = { short: 0xa0, long: 0xb0 } as const;
const LIST = 0xd0;
const MAP = 0xd1;
/** Three bytes of descriptor, the type, and its size and count of four bytes each. */
const SECTION_HEADER = 3 + 1 + 4 + 4;
/** message-id, user-id, to, subject, reply-to, correlation-id, content-type; the rest of the list may be left out. */
const PROPERTY_COUNT = 7;
const NULL_PROPERTIES = 4;

/** Exactly as many bytes as `encodeMessage` writes. */
export function encodedLength({ messageId, subject, contentType, headers, body }: OutgoingMessage): number {
  let length = SECTION_HEADER + NULL_PROPERTIES;
  length += textLength(messageId) + textLength(subject) + textLength(contentType);
  length += SECTION_HEADER;
  for (const name in headers) length += textLength(name) + textLength(headers[name] ?? '');
  return length + 3 + prefixed(body.length);
}

/** Writes a message into a buffer that has room for it, and returns where it ends. */
export function encodeMessage(message: OutgoingMessage, buffer: Buffer, from: number): number {
  let at = writeSection(buffer, from, PROPERTIES, LIST);
  at = writeText(buffer, at, message.messageId, STRING);
  at = writeNulls(buffer, at, 2);
  at = writeText(buffer, at, message.subject, STRING);
  at = writeNulls(buffer, at, 2);
  at = writeText(buffer, at, message.contentType, SYMBOL);
  writeSize(buffer, from, at, PROPERTY_COUNT);

  const headersFrom = at;
  let count = 0;
  at = writeSection(buffer, at, APPLICATION_PROPERTIES, MAP);
  for (const name in message.headers) {
    at = writeText(buffer, at, name, STRING);
    at = writeText(buffer, at, message.headers[name] ?? '', STRING);
    count += 2;
  }
  writeSize(buffer, headersFrom, at, count);

  const { body } = message;
  at = writeDescriptor(buffer, at, DATA);
  at = writeLength(buffer, at, body.length, BINARY);
  buffer.set(body, at);
  return at + body.length;
}

function prefixed(length: number): number {
  return length + (length <= 255 ? 2 : 5);
}

function textLength(text: string): number {
  return prefixed(Buffer.byteLength(text));
}

function writeDescriptor(buffer: Buffer, at: number, section: number): number {
  buffer[at] = 0x00;
  buffer[at + 1] = 0x53;
  buffer[at + 2] = section;
  return at + 3;
}

function writeSection(buffer: Buffer, at: number, section: number, type: number): number {
  buffer[writeDescriptor(buffer, at, section)] = type;
  return at + SECTION_HEADER;
}

/** Fills in the size and count of the section that starts at `from` and ends at `end`. The size counts the count too. */
function writeSize(buffer: Buffer, from: number, end: number, count: number): void {
  buffer.writeUInt32BE(end - from - SECTION_HEADER + 4, from + 4);
  buffer.writeUInt32BE(count, from + 8);
}

function writeNulls(buffer: Buffer, at: number, count: number): number {
  buffer.fill(NULL, at, at + count);
  return at + count;
}

function writeText(buffer: Buffer, at: number, text: string, type: { short: number; long: number }): number {
  const length = Buffer.byteLength(text);
  const content = writeLength(buffer, at, length, type);
  return content + buffer.write(text, content, length, 'utf8');
}

function writeLength(
  buffer: Buffer,
  at: number,
  length: number,
  type: { short: number; long: number },
): number {
  if (length <= 255) {
    buffer[at] = type.short;
    buffer[at + 1] = length;
    return at + 2;
  }
  buffer[at] = type.long;
  buffer.writeUInt32BE(length, at + 1);
  return at + 5;
}
