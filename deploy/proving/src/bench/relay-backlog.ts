import { append } from '@gavel/outbox/append';
import { startRelay } from '@gavel/outbox/relay/start-relay';
import { createPool, type Pool } from '@gavel/postgres/pool';
import { transaction } from '@gavel/postgres/transaction';
import { BidPlacedSchema } from '@gavel/proto/gen/bids/v1/events_pb';
import { v7 as uuidv7 } from 'uuid';

export interface RelayBacklogOptions {
  /** A database with the outbox's migrations, an empty outbox and no other relay. */
  databaseUrl: string;
  /** A vhost of the measurement's own. */
  amqpUrl: string;
  streamUrl: string;
  /** Events in the backlog; 100,000 unless told. */
  events?: number;
}

export interface RelayBacklogResult {
  eventsPerSecond: number;
  events: number;
  seconds: number;
}

const APPEND_BATCH = 1_000;
const LOOK_MS = 20;
const AGGREGATES = 500;

/**
 * How fast the relay moves a standing backlog: events are appended first, then a relay starts, and the time is taken
 * between the first and the last event that count as published, which means confirmed by stream and topic exchange.
 */
export async function measureRelayBacklog(options: RelayBacklogOptions): Promise<RelayBacklogResult> {
  const events = options.events ?? 100_000;
  const pool = createPool({ connectionString: options.databaseUrl, applicationName: 'bench', max: 2 });
  try {
    await fill(pool, events);
    const relay = startRelay({
      outbox: 'bids',
      databaseUrl: options.databaseUrl,
      amqpUrl: options.amqpUrl,
      streamUrl: options.streamUrl,
      retentionSeconds: 3600,
    });
    try {
      const first = await reach(pool, 1);
      const last = await reach(pool, events);
      const seconds = (last.at - first.at) / 1000;
      const moved = last.position - first.position;
      return { eventsPerSecond: Math.round(moved / seconds), events: moved, seconds };
    } finally {
      await relay.stop();
    }
  } finally {
    await pool.end();
  }
}

async function fill(pool: Pool, events: number): Promise<void> {
  const items = Array.from({ length: AGGREGATES }, () => uuidv7());
  for (let done = 0; done < events; done += APPEND_BATCH) {
    const batch = Array.from({ length: Math.min(APPEND_BATCH, events - done) }, (_, i) => {
      const itemId = items[(done + i) % AGGREGATES] as string;
      return {
        schema: BidPlacedSchema,
        body: {
          bidId: uuidv7(),
          itemId,
          userId: uuidv7(),
          amount: BigInt(done + i),
          timestamp: new Date().toISOString(),
          currency: 'USD',
        },
        aggregateId: itemId,
        sequence: BigInt(Math.floor((done + i) / AGGREGATES) + 1),
      };
    });
    await transaction(pool, (tx) => append(tx, batch));
  }
}

/** Waits until the watermark is at `position` or above. */
async function reach(pool: Pool, position: number): Promise<{ position: number; at: number }> {
  for (;;) {
    const { rows } = await pool.query<{ position: number }>(
      'SELECT published_position::float8 AS position FROM outbox_relay',
    );
    const reached = rows[0]?.position ?? 0;
    if (reached >= position) return { position: reached, at: performance.now() };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
