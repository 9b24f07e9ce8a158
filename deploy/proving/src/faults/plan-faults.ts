import type { Random } from './random.ts';

/** The faults that a campaign knows. The first two strike at the one moment where it would hurt most. */
export const faultNames = [
  'relay between publish and mark',
  'consumer between apply and commit',
  'relay',
  'consumer',
  'bids',
  'rabbitmq',
  'postgres',
] as const;

export type FaultName = (typeof faultNames)[number];

export interface PlannedFault {
  readonly name: FaultName;
  /** After the start of bidding. */
  readonly atMs: number;
  /** How long a killed server stays down before it is started again. */
  readonly downMs: number;
}

/**
 * When what is killed. Every fault strikes at least once, those at the worst moment twice; they are spread over the
 * first nine tenths of the duration, at random within their share of it, and may overlap.
 */
export function planFaults(random: Random, durationMs: number): PlannedFault[] {
  const twice: readonly FaultName[] = ['relay between publish and mark', 'consumer between apply and commit'];
  const order = random.shuffle([...faultNames, ...twice]);
  const share = (durationMs * 0.9) / order.length;
  return order.map((name, i) => ({
    name,
    atMs: Math.round((i + random.next()) * share),
    downMs: random.between(0, 1_500),
  }));
}
