/**
 * The closed list of attribute names. Names of OpenTelemetry's semantic conventions are used where they exist; other names start with
 * `gavel.`. A test compares the README's tables with this file. No attribute may contain an e-mail address, a token or values of rows.
 */
export const attribute = {
  messagingSystem: 'messaging.system.name',
  messagingOperationName: 'messaging.operation.name',
  messagingOperationType: 'messaging.operation.type',
  destinationName: 'messaging.destination.name',
  destinationPartition: 'messaging.destination.partition.id',
  routingKey: 'rabbitmq.destination.routing_key',
  messageId: 'messaging.message.id',
  batchMessageCount: 'messaging.batch.message_count',
  consumerGroup: 'messaging.consumer.group.name',
  errorType: 'error.type',
  peerService: 'peer.service',
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
  auditRule: 'gavel.audit.rule',
} as const;

/** Values of `messaging.operation.type`. */
export const operationType = {
  send: 'send',
  receive: 'receive',
  process: 'process',
} as const;

/** The value of `rpc.system.name`. */
export const connectRpc = 'connectrpc';

/** The value of `messaging.system.name`. */
export const rabbitmq = 'rabbitmq';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  /** In UCUM, as OpenTelemetry requires. */
  readonly unit: string;
  readonly description: string;
}

export const metric = {
  rpcServerCallDuration: {
    name: 'rpc.server.call.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the arrival of a call to its answer, by method and code',
  },
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
    description: 'Messages delivered to a consumer, counted at every delivery',
  },
  operationDuration: {
    name: 'messaging.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from sending a message to its publisher confirm',
  },
  processDuration: {
    name: 'messaging.process.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time from the first statement of a batch or queue event to its commit or failure',
  },
  outboxBacklog: {
    name: 'gavel.outbox.backlog',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events that are committed and not yet published',
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
    description: 'Events that the broker does not accept; an operator must look at them',
  },
  outboxLost: {
    name: 'gavel.outbox.lost',
    kind: 'gauge',
    unit: '{range}',
    description: 'Ranges of confirmed events that the stream has lost and that are not refilled yet',
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
    description: 'Time from the commit of an event to its publisher confirms',
  },
  relayFailures: {
    name: 'gavel.relay.failures',
    kind: 'counter',
    unit: '{failure}',
    description: 'Attempts to publish that ended with a refusal or a lost connection',
  },
  relayActive: {
    name: 'gavel.relay.active',
    kind: 'gauge',
    unit: '{relay}',
    description: '1 while this relay publishes its outbox, 0 while it is on standby',
  },
  relayTakeovers: {
    name: 'gavel.relay.takeovers',
    kind: 'counter',
    unit: '{takeover}',
    description: 'Number of times that a relay became the active one of its outbox',
  },
  consumerHandled: {
    name: 'gavel.consumer.handled',
    kind: 'counter',
    unit: '{event}',
    description: 'Handled events, by outcome',
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
    description: 'Failed batches that are retried, by error type',
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
    description: "Time from an event's own time to the commit of its effect",
  },
  consumerLag: {
    name: 'gavel.consumer.lag',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Offsets between the checkpoint and the end of the partition; while refused, all events of the partition',
  },
  consumerLagTime: {
    name: 'gavel.consumer.lag.time',
    kind: 'gauge',
    unit: 's',
    description:
      'Age of the oldest message that is received and not committed; while refused, of the oldest in the partition',
  },
  consumerRefused: {
    name: 'gavel.consumer.refused',
    kind: 'gauge',
    unit: '{partition}',
    description: '1 while the checkpoint is no longer in the stream and nothing is read, otherwise 0',
  },
  consumerDeadLetters: {
    name: 'gavel.consumer.dead_letters',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events parked as dead letters',
  },
  auditFindings: {
    name: 'gavel.audit.findings',
    kind: 'gauge',
    unit: '{finding}',
    description:
      'Events that broke a rule of auctions, and auctions that are not what their events say, by rule',
  },
  auctionCloseLateness: {
    name: 'gavel.auction.close.lateness',
    kind: 'histogram',
    unit: 's',
    description:
      'Time from the scheduled end of an auction to its close; an auction that was bought is not counted',
  },
  liveViewers: {
    name: 'gavel.live.viewers',
    kind: 'gauge',
    unit: '{viewer}',
    description: 'Open pages to which this process sends live prices',
  },
  liveDelay: {
    name: 'gavel.live.delay',
    kind: 'histogram',
    unit: 's',
    description: 'Time from a change of an auction until it is written to the open pages of its item',
  },
} as const satisfies Record<string, MetricDefinition>;
