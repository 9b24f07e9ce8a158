/**
 * The closed list of telemetry names: where OpenTelemetry's semantic conventions have a name it is used, otherwise it is
 * `gavel.*`. The README's table is checked against this file. Never an e-mail address, a token or a row's content.
 */
export const attribute = {
  messagingSystem: 'messaging.system',
  messagingOperationName: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  destinationName: 'messaging.destination.name',
  destinationPartition: 'messaging.destination.partition.id',
  routingKey: 'messaging.rabbitmq.destination.routing_key',
  messageId: 'messaging.message.id',
  messageBodySize: 'messaging.message.body.size',
  batchMessageCount: 'messaging.batch.message_count',
  consumerGroup: 'messaging.consumer.group.name',
  errorType: 'error.type',
  rpcSystem: 'rpc.system.name',
  rpcMethod: 'rpc.method',
  rpcStatusCode: 'rpc.response.status_code',
  eventType: 'gavel.event.type',
  aggregateId: 'gavel.aggregate.id',
  aggregateSequence: 'gavel.aggregate.sequence',
  outbox: 'gavel.outbox.name',
  outboxPosition: 'gavel.outbox.position',
  streamOffset: 'gavel.stream.offset',
  consumerOutcome: 'gavel.consumer.outcome',
  replay: 'gavel.replay',
  reason: 'gavel.reason',
} as const;

/** Values of `messaging.operation.type`. */
export const operationType = {
  send: 'send',
  receive: 'receive',
  process: 'process',
  settle: 'settle',
} as const;

/** The value of `messaging.system`. */
export const rabbitmq = 'rabbitmq';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM, as OpenTelemetry asks. */
  readonly unit: string;
  readonly description: string;
}

export const metric = {
  sentMessages: {
    name: 'messaging.client.sent.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages that a relay sent to the stream or the exchange, or a consumer to its own queues',
  },
  consumedMessages: {
    name: 'messaging.client.consumed.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages that were delivered to a consumer, each time that they were',
  },
  operationDuration: {
    name: 'messaging.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the sending of a message to its publisher confirm',
  },
  processDuration: {
    name: 'messaging.process.duration',
    kind: 'histogram',
    unit: 's',
    description: 'One batch or work-queue event, from its first statement to the commit or the failure',
  },
  outboxBacklog: {
    name: 'gavel.outbox.backlog',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events committed and not yet published',
  },
  outboxOldestAge: {
    name: 'gavel.outbox.oldest.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest unpublished event',
  },
  outboxSetAside: {
    name: 'gavel.outbox.set_aside',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that no broker takes, waiting for somebody to look',
  },
  outboxLost: {
    name: 'gavel.outbox.lost',
    kind: 'gauge',
    unit: '{range}',
    description: 'Ranges of confirmed events that the stream has lost and nobody filled again',
  },
  relayPublished: {
    name: 'gavel.relay.published',
    kind: 'counter',
    unit: '{event}',
    description: 'Events confirmed by the stream and by the topic exchange',
  },
  relayDelay: {
    name: 'gavel.relay.delay',
    kind: 'histogram',
    unit: 's',
    description: 'From the commit of an event to its publisher confirms',
  },
  relayFailures: {
    name: 'gavel.relay.failures',
    kind: 'counter',
    unit: '{failure}',
    description: 'Publishing attempts that a broker refused or a lost connection ended',
  },
  relayActive: {
    name: 'gavel.relay.active',
    kind: 'gauge',
    unit: '1',
    description: '1 while this relay holds its outbox, 0 while it stands by',
  },
  relayTakeovers: {
    name: 'gavel.relay.takeovers',
    kind: 'counter',
    unit: '{takeover}',
    description: 'Times that a relay took its outbox, from nobody or from another',
  },
  consumerHandled: {
    name: 'gavel.consumer.handled',
    kind: 'counter',
    unit: '{event}',
    description: 'Events handled, by outcome',
  },
  consumerBatchSize: {
    name: 'gavel.consumer.batch.size',
    kind: 'histogram',
    unit: '{event}',
    description: 'Messages in one transaction',
  },
  consumerRetries: {
    name: 'gavel.consumer.retries',
    kind: 'counter',
    unit: '{try}',
    description: 'Batches that failed and are tried again, by error type',
  },
  consumerRebalances: {
    name: 'gavel.consumer.rebalances',
    kind: 'counter',
    unit: '{partition}',
    description: 'Partitions that a member of a group took over',
  },
  consumerDelay: {
    name: 'gavel.consumer.delay',
    kind: 'histogram',
    unit: 's',
    description: "From an event's time to the commit of its effect",
  },
  consumerLag: {
    name: 'gavel.consumer.lag',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Offsets between the checkpoint and the end of the partition; while refused, all that lies there unread',
  },
  consumerLagTime: {
    name: 'gavel.consumer.lag.time',
    kind: 'gauge',
    unit: 's',
    description:
      'Age of the oldest message received and not committed; while refused, of the oldest that is held',
  },
  consumerRefused: {
    name: 'gavel.consumer.refused',
    kind: 'gauge',
    unit: '1',
    description: '1 while the checkpoint is not in the stream any more and nothing is read, otherwise 0',
  },
  consumerDeadLetters: {
    name: 'gavel.consumer.dead_letters',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events parked as dead letters',
  },
  rpcDuration: {
    name: 'rpc.server.call.duration',
    kind: 'histogram',
    unit: 's',
    description: 'One RPC, by method and status code',
  },
} as const satisfies Record<string, MetricDefinition>;
