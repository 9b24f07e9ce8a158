import { describe, expect, it } from 'vitest';
import { imageProblem, itemDetails, itemKey, itemTerms } from './item-form.ts';

function formOf(fields: Record<string, string | string[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const each of [value].flat()) form.append(name, each);
  return form;
}

describe('the form for a new item', () => {
  const terms = { start_price: '12.50', currency: 'USD' };

  it.each([
    [{ duration: '90', duration_unit: 'minutes' }, { durationSeconds: 5_400 }],
    [{ duration: '2', duration_unit: 'hours' }, { durationSeconds: 7_200 }],
    [{ duration: '90', duration_unit: 'days' }, { durationSeconds: 7_776_000 }],
    [
      { end_at: '2026-02-03T04:05', duration: '7', duration_unit: 'days' },
      { endAt: '2026-02-03T04:05:00.000Z' },
    ],
  ])('reads %j as a duration or an end in UTC', (fields, end) => {
    expect(itemTerms(formOf({ ...terms, ...fields }))).toEqual({
      ok: true,
      value: { startPrice: 1250n, currency: 'USD', end },
    });
  });

  it.each([
    [{ duration: '0', duration_unit: 'days' }],
    [{ duration: '1.5', duration_unit: 'days' }],
    [{ duration: '3', duration_unit: 'constructor' }],
    [{ duration: '9999999', duration_unit: 'days' }],
    [{ end_at: 'tomorrow' }],
    [{ end_at: '2026-02-31T99:00' }],
    [{}],
  ])('has a sentence for the wrong end in %j', (fields) => {
    expect(itemTerms(formOf({ ...terms, ...fields }))).toMatchObject({
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
    expect(itemTerms(form)).toEqual({
      ok: true,
      value: {
        startPrice: 1250n,
        currency: 'USD',
        startsAt: '2026-01-05T10:00:00.000Z',
        end: { durationSeconds: 7_200 },
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
    const read = itemTerms(form);
    expect(read.ok ? [] : Object.keys(read.fields).sort()).toEqual([
      'buy_now_price',
      'reserve_price',
      'soft_close_seconds',
      'starts_at',
    ]);
  });

  it('returns all problems at once', () => {
    const read = itemTerms(formOf({ start_price: 'much', currency: 'USD' }));
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

describe('the key of a form', () => {
  it('is the same for the same item, another one for a changed item or another form, and short enough', () => {
    const form = '01234567-89ab-cdef-0123-456789abcdef';
    const item = { title: 'Clock', startPrice: 100n, end: { durationSeconds: 60 } };
    const key = itemKey(form, item);
    expect(itemKey(form, { ...item })).toBe(key);
    expect(itemKey(form, { ...item, startPrice: 101n })).not.toBe(key);
    expect(itemKey('another', item)).not.toBe(key);
    expect(itemKey('x'.repeat(64), item).length).toBeLessThanOrEqual(128);
  });
});
