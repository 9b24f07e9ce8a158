import { increments, maximumExample, reserveExample } from '@gavel/bff/words/house-rules';
import { incrementAt } from '@gavel/bids-service/increments';
import { expect, it } from 'vitest';

const USD = { currency: 'USD', currencyDigits: 2 };

it('the increments of the help page are those of the engine, without a gap', () => {
  for (const { from, below, increment } of increments) {
    expect([from, incrementAt(from, USD), incrementAt(below - 1n, USD)]).toEqual([
      from,
      increment,
      increment,
    ]);
    expect(incrementAt(below, USD)).not.toBe(increment);
  }
  expect(increments.slice(1).map(({ from }) => from)).toEqual(
    increments.slice(0, -1).map(({ below }) => below),
  );
});

it('the examples of the help page are what the engine does', () => {
  const { price, maximum, bid, answer } = maximumExample;
  expect(answer).toBe(bid + incrementAt(bid, USD));
  expect(price < bid && answer <= maximum).toBe(true);
  const { reserve, before, maximum: reaching, after } = reserveExample;
  expect(after).toBe(reserve);
  expect(before < reserve && reaching >= reserve).toBe(true);
});
