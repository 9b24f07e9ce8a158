import type { EventSource, Group, GroupConsumer, StartPosition, Subscription } from './event-source.ts';
import { refuseLostOffsets } from './refuse-lost-offsets.ts';
import { refuseOtherPartitions } from './refuse-other-partitions.ts';
import { parseStreamUrl, type StreamAddress } from './stream-address.ts';
import { StreamSession } from './stream-session.ts';

/**
 * RabbitMQ streams as an EventSource: one connection for all partitions. It is opened when it is first needed, and again
 * after it was lost. Each subscription belongs to one connection and ends with it.
 * @param url `rabbitmq-stream://user:pass@host:port/vhost`
 * @param name shown in the broker's management pages
 */
export function createStreamSource(url: string, name: string): EventSource {
  return new StreamSource(parseStreamUrl(url), name);
}

class StreamSource implements EventSource {
  readonly #address: StreamAddress;
  readonly #name: string;
  #session: StreamSession | undefined;
  #opening: Promise<StreamSession> | undefined;
  #closed = false;

  constructor(address: StreamAddress, name: string) {
    this.#address = address;
    this.#name = name;
  }

  async subscribe(partition: string, from: StartPosition): Promise<Subscription> {
    const session = await this.#connected();
    await refuseLostOffsets(session, partition, from);
    return session.subscribe(partition, from);
  }

  async newestOffset(partition: string): Promise<bigint | undefined> {
    return (await this.#connected()).newestOffset(partition);
  }

  async oldestStoredAt(partition: string): Promise<number | undefined> {
    return (await this.#connected()).oldestStoredAt(partition);
  }

  async join(partition: string, group: Group): Promise<GroupConsumer> {
    const session = await this.#connected();
    await refuseOtherPartitions(group.stream, (other) => session.stats(other));
    return session.join(partition, group);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // A connection attempt that fails during close leaves nothing to close.
    await this.#opening?.catch(() => undefined);
    await this.#session?.close();
  }

  // Partitions that lost a connection together share the attempt to open the next one.
  async #connected(): Promise<StreamSession> {
    if (this.#session?.isOpen) return this.#session;
    this.#opening ??= StreamSession.open(this.#address, this.#name).finally(() => {
      this.#opening = undefined;
    });
    const session = await this.#opening;
    this.#session = session;
    if (this.#closed) await session.close();
    return session;
  }
}
