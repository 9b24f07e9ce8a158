import type { EventSource, Group, Seat, StartPosition, Subscription } from '../../application/source.ts';
import { refuseLostOffsets } from './refuse-lost-offsets.ts';
import { parseStreamUrl, type StreamAddress } from './stream-address.ts';
import { StreamLine } from './stream-line.ts';

/**
 * RabbitMQ streams as an EventSource: one connection for all partitions, made when first needed and made anew after
 * it was lost. Each subscription lives on one connection and ends with it.
 * @param url `rabbitmq-stream://user:pass@host:port/vhost`
 * @param name shown in the broker's management pages
 */
export function createStreamSource(url: string, name: string): EventSource {
  return new StreamSource(parseStreamUrl(url), name);
}

class StreamSource implements EventSource {
  readonly #address: StreamAddress;
  readonly #name: string;
  #line: StreamLine | undefined;
  #opening: Promise<StreamLine> | undefined;
  #closed = false;

  constructor(address: StreamAddress, name: string) {
    this.#address = address;
    this.#name = name;
  }

  async subscribe(partition: string, from: StartPosition): Promise<Subscription> {
    const line = await this.#connected();
    await refuseLostOffsets(line, partition, from);
    return line.subscribe(partition, from);
  }

  async newestOffset(partition: string): Promise<bigint | undefined> {
    return (await this.#connected()).newestOffset(partition);
  }

  async oldestStoredAt(partition: string): Promise<number | undefined> {
    return (await this.#connected()).oldestStoredAt(partition);
  }

  async join(partition: string, group: Group): Promise<Seat> {
    return (await this.#connected()).join(partition, group);
  }

  async close(): Promise<void> {
    this.#closed = true;
    // An attempt to connect that fails while closing leaves nothing to close.
    await this.#opening?.catch(() => undefined);
    await this.#line?.close();
  }

  // Partitions that lost one connection together meet at the same attempt to make the next.
  async #connected(): Promise<StreamLine> {
    if (this.#line?.isOpen) return this.#line;
    this.#opening ??= StreamLine.open(this.#address, this.#name).finally(() => {
      this.#opening = undefined;
    });
    const line = await this.#opening;
    this.#line = line;
    if (this.#closed) await line.close();
    return line;
  }
}
