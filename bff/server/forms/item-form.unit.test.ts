import { describe, expect, it } from 'vitest';
import { imageProblem, itemDetails, itemTerms } from './item-form.ts';

const NOW = Date.UTC(2026, 0, 1);

function formOf(fields: Record<string, string | string[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const each of [value].flat()) form.append(name, each);
  return form;
}

describe('the form for a new item', () => {
  const terms = { start_price: '12.50', currency: 'USD' };

  it.each([
    [{ duration: '90', duration_unit: 'minutes' }, '2026-01-01T01:30:00.000Z'],
    [{ duration: '2', duration_unit: 'hours' }, '2026-01-01T02:00:00.000Z'],
    [{ duration: '7', duration_unit: 'days' }, '2026-01-08T00:00:00.000Z'],
    [{ end_at: '2026-02-03T04:05', duration: '7', duration_unit: 'days' }, '2026-02-03T04:05:00.000Z'],
  ])('reads %j as an end in UTC', (fields, endAt) => {
    expect(itemTerms(formOf({ ...terms, ...fields }), NOW)).toEqual({
      ok: true,
      value: { startPrice: 1250n, currency: 'USD', endAt },
    });
  });

  it.each([
    [{ duration: '0', duration_unit: 'days' }],
    [{ duration: '1.5', duration_unit: 'days' }],
    [{ duration: '3', duration_unit: 'constructor' }],
    [{ end_at: 'tomorrow' }],
    [{ end_at: '2026-02-31T99:00' }],
    [{}],
  ])('has a sentence for the wrong end in %j', (fields) => {
    expect(itemTerms(formOf({ ...terms, ...fields }), NOW)).toMatchObject({
      fields: { end_at: expect.any(String) },
    });
  });

  it('reads a reserve price, a buy-now price, a start from which the duration counts, and a soft close', () => {
    const form = formOf({
      ...terms,
      duration: '2',
      duration_unit: 'hours',
      starts_at: '2026-01-05T10:00',
      reserve_price: '50',
      buy_now_price: '80.5',
      soft_close_seconds: '120',
    });
    expect(itemTerms(form, NOW)).toEqual({
      ok: true,
      value: {
        startPrice: 1250n,
        currency: 'USD',
        startsAt: '2026-01-05T10:00:00.000Z',
        endAt: '2026-01-05T12:00:00.000Z',
        reservePrice: 5000n,
        buyNowPrice: 8050n,
        softCloseSeconds: 120,
      },
    });
  });

  it('has a sentence for each wrong field', () => {
    const form = formOf({
      ...terms,
      duration: '2',
      duration_unit: 'hours',
      starts_at: 'soon',
      reserve_price: 'much',
      buy_now_price: '1.234',
      soft_close_seconds: 'a while',
    });
    const read = itemTerms(form, NOW);
    expect(read.ok ? [] : Object.keys(read.fields).sort()).toEqual([
      'buy_now_price',
      'reserve_price',
      'soft_close_seconds',
      'starts_at',
    ]);
  });

  it('returns all problems at once', () => {
    const read = itemTerms(formOf({ start_price: 'much', currency: 'USD' }), NOW);
    expect(read).toMatchObject({
      ok: false,
      fields: { start_price: expect.any(String), end_at: expect.any(String) },
    });
  });

  it('reads selected pictures and typed links together', () => {
    const form = formOf({
      images: ['/pictures/vase.svg', ''],
      image_urls: ' https://a.example/1.jpg\nhttps://a.example/2.jpg ',
    });
    expect(itemDetails(form).images).toEqual([
      '/pictures/vase.svg',
      'https://a.example/1.jpg',
      'https://a.example/2.jpg',
    ]);
  });

  it('refuses pictures that pages do not show', () => {
    expect(imageProblem(['/pictures/vase.svg', 'https://a.example/x'])).toBeUndefined();
    for (const bad of [
      'http://a.example/x',
      '//a.example/x',
      '/\\a.example',
      'javascript:alert(1)',
      'data:,x',
    ])
      expect(imageProblem([bad]), bad).toContain('https://');
  });
});
