import { expect, it } from 'vitest';
import { createGonePositions } from './gone-positions.ts';

it('positions before the first claim, between claims and after the last claim are gone', () => {
  const gone = createGonePositions();
  for (const position of [4, 5, 9]) gone.seen(position, undefined);
  gone.seenUpTo(9);
  gone.seenUpTo(11);
  expect(gone.ranges(1)).toEqual([
    { firstPosition: 1, lastPosition: 3 },
    { firstPosition: 6, lastPosition: 8 },
    { firstPosition: 10, lastPosition: 11 },
  ]);
});

it('the position of a missing row is gone if its partition was dropped, not if the row was removed alone', () => {
  const gone = createGonePositions();
  gone.seen(1, 70);
  gone.seen(2, undefined);
  gone.seen(3, 130);
  expect(gone.ranges(100)).toEqual([{ firstPosition: 1, lastPosition: 1 }]);
});
