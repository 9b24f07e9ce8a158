import { expect, test } from 'vitest';
import { hiddenFields, problemsOf } from './page-forms.ts';

test('the hidden inputs of the form with the label are read, with their characters', () => {
  const page = `<form aria-label="Sign in"><input type="hidden" name="next" value="/"/></form>
    <form class="stack" aria-label="Place a bid"><input type="hidden" name="a&quot;b" value="1 &lt; 2"/><input name="amount"/></form>`;
  expect(hiddenFields(page, 'Place a bid')).toEqual([['a"b', '1 < 2']]);
});

test('a page without the form is an error with what the page says instead', () => {
  const page = '<p class="notice bad" role="alert">The service does not answer.</p>';
  expect(() => hiddenFields(page, 'Sign in')).toThrow('no form "Sign in": The service does not answer.');
});

test('problems are the sentences of alerts and fields, without empty places for them', () => {
  const page = `<div role="alert"></div><p id="amount-problem">Bid <bdi>20.00</bdi> or more.</p>
    <input aria-describedby="amount-problem"/>`;
  expect(problemsOf(page)).toBe('Bid 20.00 or more.');
  expect(problemsOf('<p role="status">Your bid leads.</p>')).toBe('');
});
