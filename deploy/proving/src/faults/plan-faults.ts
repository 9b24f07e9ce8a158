import type { Random } from './random.ts';

/** The faults that a campaign knows. The first two strike at the one moment where it would hurt most. */
export const faultNames = [
  'kill -9 of the relay between publish and mark',
  'kill -9 of the consumer between apply and commit',
  'kill -9 of the relay',
  'kill -9 of the consumer',
  'kill -9 of bids',
  'kill -9 of auth',
  'kill -9 of RabbitMQ',
  'kill -9 of Postgres',
  'bids frozen for longer than its clients wait',
  'the relay frozen',
  'the relay frozen until another has taken over',
  'the consumer frozen',
  'all connections to the bids database cut',
  'all connections to RabbitMQ cut',
] as const;

export type FaultName = (typeof faultNames)[number];

export interface PlannedFault {
  readonly name: FaultName;
  /** After the start of bidding. */
  readonly atMs: number;
  /** How long a killed server stays down before it is started again, or a process frozen beyond what its name says. */
  readonly downMs: number;
}

/**
 * When what goes wrong. Every fault strikes at least once, the first two twice; they are spread over the
 * first nine tenths of the duration, at random within their share of it, and may overlap.
 */
export function planFaults(random: Random, durationMs: number): PlannedFault[] {
  const order = random.shuffle([...faultNames, ...faultNames.slice(0, 2)]);
  const share = (durationMs * 0.9) / order.length;
  return order.map((name, i) => ({
    name,
    atMs: Math.round((i + random.next()) * share),
    downMs: random.between(0, 1_500),
  }));
}
