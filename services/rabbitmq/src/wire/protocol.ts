/** Command keys of the stream protocol. The answer to a request has the same key with the highest bit set. */
export const command = {
  declarePublisher: 0x0001,
  publish: 0x0002,
  publishConfirm: 0x0003,
  publishError: 0x0004,
  queryPublisherSequence: 0x0005,
  subscribe: 0x0007,
  deliver: 0x0008,
  credit: 0x0009,
  unsubscribe: 0x000c,
  metadataUpdate: 0x0010,
  peerProperties: 0x0011,
  saslHandshake: 0x0012,
  saslAuthenticate: 0x0013,
  tune: 0x0014,
  open: 0x0015,
  close: 0x0016,
  heartbeat: 0x0017,
  consumerUpdate: 0x001a,
  exchangeCommandVersions: 0x001b,
  streamStats: 0x001c,
} as const;

export const ANSWER = 0x8000;
export const OK = 1;

const codes: Record<number, string> = {
  2: 'stream does not exist',
  3: 'subscription id already exists',
  4: 'subscription id does not exist',
  5: 'stream already exists',
  6: 'stream is not available',
  7: 'SASL mechanism is not supported',
  8: 'authentication failed',
  9: 'SASL error',
  10: 'SASL challenge',
  11: 'loopback authentication failed',
  12: 'virtual host access failed',
  13: 'unknown frame',
  14: 'frame is too large',
  15: 'internal error',
  16: 'access refused',
  17: 'precondition failed',
  18: 'publisher does not exist',
  19: 'no offset',
};

/** The broker answered a request with another code than OK. */
export class StreamRequestRefused extends Error {
  override readonly name = 'StreamRequestRefused';
  readonly code: number;

  constructor(what: string, code: number) {
    super(`${what}: ${codes[code] ?? 'refused'} (${code})`);
    this.code = code;
  }
}
