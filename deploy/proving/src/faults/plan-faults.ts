import type { Random } from './random.ts';

/** The faults that a campaign injects. The first two happen at the most dangerous moment. */
export const faultNames = [
  'kill -9 of the relay between publishing and marking as published',
  'kill -9 of the consumer between applying and committing',
  'kill -9 of the relay',
  'kill -9 of the consumer',
  'kill -9 of bids',
  'kill -9 of auth',
  'kill -9 of RabbitMQ',
  'kill -9 of Postgres',
  'RabbitMQ stopped and started',
  'Postgres stopped and started',
  'bids frozen for longer than its clients wait',
  'the relay frozen',
  'the relay frozen until another has taken over',
  'the consumer frozen',
  'the consumer frozen until another has taken over',
  'a consumer leaves its group and joins it again',
  'retention passes a consumer that is held back',
  'events sent again in another order by a foreign client',
  'all connections to the bids database cut',
  'all connections to RabbitMQ cut',
] as const;

export type FaultName = (typeof faultNames)[number];

export interface PlannedFault {
  readonly name: FaultName;
  /** Milliseconds after the start of bidding. */
  readonly atMs: number;
  /** How long a killed server stays down, or how much longer a process stays frozen than the fault's name says. */
  readonly downMs: number;
}

/** How often each fault is in the pack. Faults that make a round long are in it once. */
const OFTEN = 3;
const slow: ReadonlySet<FaultName> = new Set([
  'retention passes a consumer that is held back',
  'kill -9 of RabbitMQ',
  'RabbitMQ stopped and started',
  'bids frozen for longer than its clients wait',
]);

/**
 * Plans short rounds. Each takes a few faults from a shuffled pack, which is shuffled again when it is empty, so every fault
 * comes up, in changing combinations. Ask for the rounds in order.
 */
export function planRounds(random: Random): (durationMs: number) => PlannedFault[] {
  const pack = faultNames.flatMap((name) => (slow.has(name) ? [name] : Array<FaultName>(OFTEN).fill(name)));
  let left: FaultName[] = [];
  return (durationMs) => {
    const strikes = Math.max(1, Math.round(durationMs / 1_000) + random.between(0, 1));
    return Array.from({ length: strikes }, () => {
      if (left.length === 0) left = random.shuffle(pack);
      const atMs = Math.round(random.next() * durationMs * 0.9);
      return { name: left.pop() as FaultName, atMs, downMs: random.between(0, 800) };
    }).toSorted((a, b) => a.atMs - b.atMs);
  };
}

/**
 * Plans one long round. Every fault happens at least once, the first two twice. They are spread over the first nine tenths of
 * the duration, at a random moment of their share of it, and may overlap.
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
