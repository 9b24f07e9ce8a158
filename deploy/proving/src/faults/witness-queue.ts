import { fromBinary } from '@bufbuild/protobuf';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { toBindingKey } from '@gavel/proto/subjects';
import { EVENTS_EXCHANGE } from '@gavel/proto/topology';
import amqp from 'amqplib';

const QUEUE = 'proving.witness';

/** Binds a durable queue to the topic exchange, to read later what the exchange routed. */
export async function bindWitness(amqpUrl: string): Promise<void> {
  const connection = await amqp.connect(amqpUrl);
  try {
    const channel = await connection.createChannel();
    await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await channel.bindQueue(QUEUE, EVENTS_EXCHANGE, toBindingKey('gavel.bids.bid_placed.*'));
  } finally {
    await connection.close();
  }
}

/** The ids of all bids that the topic exchange routed, with repetitions. */
export async function readWitness(amqpUrl: string): Promise<string[]> {
  const connection = await amqp.connect(amqpUrl);
  try {
    const channel = await connection.createChannel();
    const bids: string[] = [];
    for (;;) {
      const message = await channel.get(QUEUE, { noAck: true });
      if (message === false) return bids;
      bids.push(fromBinary(BidPlacedSchema, message.content).bidId);
    }
  } finally {
    await connection.close();
  }
}
