import {
  type EventSource,
  type StartPosition,
  type Subscription,
  SubscriptionRefused,
} from '../../application/source.ts';
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
    if (from !== 'first') await refuseLostOffsets(line, partition, from.after + 1n);
    return line.subscribe(partition, from);
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

// A stored offset that the stream does not hold is not refused by the broker: it silently starts elsewhere.
async function refuseLostOffsets(line: StreamLine, partition: string, wanted: bigint): Promise<void> {
  const { first, newestChunk } = await line.stats(partition);
  if (first > wanted) {
    throw new SubscriptionRefused(partition, { reason: 'retention-passed', wanted, first });
  }
  // The newest chunk's first offset is cheap to know; its last one has to be read.
  if (newestChunk + 1n >= wanted) return;
  const last = newestChunk < 0n ? -1n : await line.lastOffset(partition);
  if (last + 1n < wanted)
    throw new SubscriptionRefused(partition, { reason: 'stream-shorter', wanted, last });
}
