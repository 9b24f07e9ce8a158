import { expect, it } from 'vitest';
import { timeOfEventId } from './id-range.ts';

it('an id of version 7 contains the time of its creation', () => {
  // The example of RFC 9562, A.6.
  expect(timeOfEventId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toEqual(new Date('2022-02-22T19:22:22.000Z'));
});

it('an id of another version contains no time', () => {
  expect(timeOfEventId('01a208b8-7c3f-45c9-91b7-8ea5dc5d3f35')).toBeUndefined();
});
