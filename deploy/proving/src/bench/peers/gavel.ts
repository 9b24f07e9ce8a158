import { append } from '@gavel/outbox/append';
import { createPool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { EVENTS_EXCHANGE, partitionsOf } from '@gavel/proto/topology';
import amqp from 'amqplib';
import { Offset } from 'rabbitmq-stream-js-client';
import { v7 as uuid } from 'uuid';
import { connectStream } from '../../system/raw-stream-client.ts';
import { appendBacklog, bidPlaced } from '../sample-events.ts';
import { type Peer, sharedClock } from './peer.ts';

const PREFETCH = 500;

/**
 * Gavel beside its peers: the real append and the real relay process with its defaults; at the end of both ways the stock
 * clients with an empty handler, as the peers' handlers are empty too.
 */
export const gavel: Peer = {
  name: 'Gavel',
  settings:
    'the relay process as `make up` starts it, no setting changed; backlog by append of 500; handlers on the stock stream ' +
    `client (all partitions, from next) and on amqplib (a queue bound to #, prefetch ${PREFETCH}, acknowledged one by one)`,
  channels: ['stream', 'exchange'],
  async open({ databaseUrl }) {
    const pool = createPool({ connectionString: databaseUrl, applicationName: 'bench' });
    return {
      append: (events) => appendBacklog(pool, events.length),
      // Its events have ids of their own, so the peers' one travels as the auction's.
      async commit() {
        const itemId = uuid();
        await transaction(pool, (tx) =>
          append(tx, [
            {
              schema: BidPlacedSchema,
              aggregateId: itemId,
              sequence: 1n,
              body: bidPlaced(itemId, uuid(), 1n),
            },
          ]),
        );
        return { id: itemId, at: sharedClock() };
      },
      close: () => pool.end(),
    };
  },
  async handle({ amqpUrl, streamUrl }, handled) {
    // The subject's last token is the aggregate's id.
    const told = (channel: string, subject: unknown): void =>
      handled(channel, String(subject).split('.').at(-1) ?? '');
    const stream = await connectStream(streamUrl);
    for (const partition of partitionsOf('gavel.bids')) {
      await stream.declareConsumer({ stream: partition, offset: Offset.next() }, (message) =>
        told('stream', message.messageProperties?.subject),
      );
    }
    const connection = await amqp.connect(amqpUrl, { noDelay: true });
    const channel = await connection.createChannel();
    await channel.prefetch(PREFETCH);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, EVENTS_EXCHANGE, '#');
    await channel.consume(queue, (message) => {
      if (message === null) return;
      told('exchange', message.fields.routingKey);
      channel.ack(message);
    });
    return async () => {
      await connection.close();
      await stream.close();
    };
  },
};
