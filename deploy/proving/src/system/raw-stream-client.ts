import { type Client, type ClientListenersParams, connect, Offset } from 'rabbitmq-stream-js-client';
import { z } from 'zod';

export type { Client };

/** One message of a stream, as the raw client delivers it. */
export interface RawMessage {
  readonly offset: bigint;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** How long to wait for a message that the broker is known to have. Without it, the state of the partition is unknown. */
const SILENCE_MS = 30_000;
const messageShape = z.object({
  offset: z.bigint(),
  content: z.instanceof(Buffer),
  applicationProperties: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Connects the public stream client. It shares no code with Gavel's own reader, so its result is a second opinion.
 * @param url `rabbitmq-stream://user:pass@host:port/vhost`
 */
export async function connectStream(url: string, listeners: ClientListenersParams = {}): Promise<Client> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connecting = connect({
    hostname,
    port: Number(port),
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    vhost: decodeURIComponent(pathname.slice(1)) || '/',
    listeners,
  });
  // With a wrong password or vhost the client's promise never settles.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the stream client did not connect')), CONNECT_TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The messages of a partition between two offsets, both included, in order. Rejects when the broker stops delivering
 * before the last one: messages that were not read are unknown, not lost.
 */
export async function readMessages(
  client: Client,
  partition: string,
  { from, to }: { readonly from: bigint; readonly to: bigint },
): Promise<RawMessage[]> {
  const messages: RawMessage[] = [];
  if (from > to) return messages;
  const end = Promise.withResolvers<void>();
  const silence = setTimeout(
    () =>
      end.reject(new Error(`${partition} delivered nothing after ${messages.at(-1)?.offset}, before ${to}`)),
    SILENCE_MS,
  );
  const consumer = await client.declareConsumer(
    { stream: partition, offset: Offset.offset(from) },
    (message) => {
      silence.refresh();
      const parsed = messageShape.safeParse(message);
      if (!parsed.success)
        return end.reject(new Error(`an unreadable message in ${partition}`, { cause: parsed.error }));
      const { offset, content, applicationProperties = {} } = parsed.data;
      if (offset >= from && offset <= to)
        messages.push({ offset, headers: applicationProperties, body: content });
      if (offset >= to) end.resolve();
    },
  );
  try {
    await end.promise;
  } finally {
    clearTimeout(silence);
    await consumer.close();
  }
  return messages;
}
