import type { InfrastructureUrls } from '@gavel/dev/infrastructure';
import { startTestInfrastructure } from '@gavel/dev/testing/private-infrastructure';
import {
  commitOutOfOrder,
  killConsumerInBatch,
  killRelayBeforeMark,
  passConsumerUnnoticed,
  playScene,
  repeatWhatWasCounted,
  type SceneOptions,
  type SceneOutcome,
} from './scenes.ts';

/** A planted bug, a scene in which it has an effect, and what the checker must find. */
export interface BrokenVariant extends Pick<SceneOptions, 'act' | 'processes'> {
  readonly name: string;
  readonly finds: readonly string[];
  /** A place in which the checker must find nothing. This proves that it names the right place. */
  readonly spares: readonly string[];
}

export interface VariantReport {
  readonly name: string;
  readonly caught: boolean;
  readonly detail: string;
}

export const brokenVariants: readonly BrokenVariant[] = [
  {
    name: 'a relay that reads by id above a cursor',
    processes: { 'relay-bids': fixture('relay-that-reads-above-a-cursor') },
    act: commitOutOfOrder,
    finds: ['lost in the stream', 'lost in the exchange', 'lost in the statistics'],
    spares: ['duplicated in the stream'],
  },
  {
    name: 'a relay that publishes under a new name at each start',
    processes: { 'relay-bids': fixture('relay-that-publishes-under-a-new-name') },
    act: killRelayBeforeMark,
    finds: ['duplicated in the stream'],
    spares: ['lost in the stream', 'duplicated in the statistics'],
  },
  {
    name: 'a consumer that commits its offset before its effect',
    processes: { 'consumer-user-stats': fixture('consumer-that-commits-its-offset-first') },
    act: killConsumerInBatch,
    finds: ['lost in the statistics'],
    spares: ['lost in the stream'],
  },
  {
    name: 'a consumer that does not read its record of handled events',
    processes: { 'consumer-user-stats': fixture('consumer-that-forgets-what-it-handled') },
    act: repeatWhatWasCounted,
    finds: ['duplicated in the statistics'],
    spares: ['duplicated in the stream', 'lost in the statistics'],
  },
  {
    name: 'a consumer that reads on after retention has removed what it had not read',
    processes: { 'consumer-user-stats': fixture('consumer-that-reads-on-after-a-loss') },
    act: passConsumerUnnoticed,
    finds: ['lost in the statistics'],
    spares: ['lost in the stream', 'duplicated in the statistics'],
  },
];

/** Plays one variant. It is caught when the checker found everything that it must find, and nothing else. */
export async function playVariant(
  variant: BrokenVariant,
  infrastructure: InfrastructureUrls,
): Promise<VariantReport & { readonly outcome: SceneOutcome }> {
  const { name, finds, spares } = variant;
  const outcome = await playScene({ ...variant, infrastructure });
  const kinds = new Set(outcome.kinds);
  const caught = finds.every((kind) => kinds.has(kind)) && !spares.some((kind) => kinds.has(kind));
  return { name, caught, detail: [...kinds].join(', ') || 'nothing found', outcome };
}

/** Plays all variants, one after the other, on private servers. */
export async function* runBrokenVariants(): AsyncGenerator<VariantReport> {
  const infrastructure = await startTestInfrastructure();
  try {
    for (const variant of brokenVariants) yield await playVariant(variant, infrastructure.urls);
  } finally {
    await infrastructure.stop();
  }
}

/** The path of a fixture. */
export function fixture(name: string): { readonly entry: string } {
  return { entry: `deploy/proving/src/faults/fixtures/${name}.ts` };
}
