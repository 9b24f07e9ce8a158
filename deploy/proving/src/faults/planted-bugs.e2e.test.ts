import { describe, expect, inject, test } from 'vitest';
import { brokenVariants, fixture, playVariant } from './broken-variants.ts';
import {
  commitOutOfOrder,
  killConsumerInBatch,
  killRelayBeforeMark,
  passConsumerAndRepair,
  playScene,
  repeatWhatWasCounted,
  type Scene,
} from './scenes.ts';

describe('the checker catches', () => {
  test.each(brokenVariants.map((variant) => [variant.name, variant] as const))('%s', async (_, variant) => {
    const { outcome } = await playVariant(variant, inject('infrastructure'));
    expect(outcome.kinds).toEqual(expect.arrayContaining([...variant.finds]));
    for (const kind of variant.spares) expect(outcome.kinds).not.toContain(kind);
  });
});

describe('in the same scenes nothing is found', () => {
  test('with the real relay and consumer, which are killed at their most dangerous moment, and with all events sent again', async () => {
    const { kinds } = await playScene({
      infrastructure: inject('infrastructure'),
      processes: {
        'relay-bids': fixture('relay-that-dies-before-the-mark'),
        'consumer-user-stats': fixture('consumer-that-dies-before-the-commit'),
      },
      act: oneAfterTheOther,
    });
    expect(kinds).toEqual([]);
  });

  test('with the real consumer that retention has passed, after the repair from Postgres', async () => {
    const { kinds } = await playScene({
      infrastructure: inject('infrastructure'),
      act: passConsumerAndRepair,
    });
    expect(kinds).toEqual([]);
  });

  test('with a consumer that commits its offset after its effect, because of the record of handled events', async () => {
    const { kinds } = await playScene({
      infrastructure: inject('infrastructure'),
      processes: { 'consumer-user-stats': fixture('consumer-that-commits-its-offset-last') },
      act: killConsumerInBatch,
    });
    expect(kinds).toEqual([]);
  });
});

/** All four scenes on one system. Later scenes continue with the data of earlier ones. */
async function oneAfterTheOther(scene: Scene) {
  const attempts = await commitOutOfOrder(scene);
  return [
    ...attempts,
    ...(await killRelayBeforeMark(scene)),
    ...(await killConsumerInBatch(scene)),
    ...(await repeatWhatWasCounted(scene)),
  ];
}
