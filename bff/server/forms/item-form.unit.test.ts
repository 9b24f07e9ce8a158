import { describe, expect, it } from 'vitest';
import { linkProblem, readPictures } from '../../model/item-pictures.ts';
import { itemDetails, itemKey, itemTerms } from './item-form.ts';

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
    [{ duration: '0', duration_unit: 'days' }, 'duration'],
    [{ duration: '1.5', duration_unit: 'days' }, 'duration'],
    [{ duration: '3', duration_unit: 'constructor' }, 'duration'],
    [{ duration: '9999999', duration_unit: 'days' }, 'duration'],
    [{ end_at: 'tomorrow', duration: '3', duration_unit: 'days' }, 'end_at'],
    [{ end_at: '2026-02-31T99:00' }, 'end_at'],
    [{}, 'duration'],
  ])('has one sentence for the wrong end in %j, at the field %s', (fields, field) => {
    const read = itemTerms(formOf({ ...terms, ...fields }));
    expect(read).toEqual({ ok: false, fields: { [field]: expect.any(String) } });
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
      fields: { start_price: expect.any(String), duration: expect.any(String) },
    });
  });

  it('reads the pictures of the item, selected drawings and typed links together, each once', () => {
    const form = formOf({
      images: ['/pictures/vase.svg', ''],
      drawings: ['/pictures/book.svg', '/pictures/vase.svg'],
      image_urls: ' https://a.example/1.jpg\nhttps://a.example/2.jpg https://a.example/1.jpg',
    });
    expect(itemDetails(form).images).toEqual([
      '/pictures/vase.svg',
      '/pictures/book.svg',
      'https://a.example/1.jpg',
      'https://a.example/2.jpg',
    ]);
  });

  it.each([
    [['1', '2', '3', '4'], [], 'abcd'],
    [['1', '2', '1', '4'], [], 'cabd'],
    [['4', '2', '3', '4'], [], 'bcda'],
    [['2', '1', '3', '4'], [], 'bacd'],
    [['1', '2', '3', '1'], ['/b'], 'dac'],
    [['x', '', '3', '-1'], ['/c', '/z'], 'abd'],
    [[], ['/a', '/b', '/c', '/d'], ''],
  ])('moves pictures to the positions %j and removes %j', (positions, removed, order) => {
    const images = ['/a', '/b', '/c', '/d'];
    const form = formOf({ images, image_position: positions, image_removed: removed });
    expect(itemDetails(form).images.join('').replaceAll('/', '')).toBe(order);
  });

  it('refuses links that pages do not show, and keeps the others', () => {
    const mixed = formOf({ image_urls: 'https://a.example/x http://a.example/y /pictures/vase.svg' });
    expect(readPictures(mixed)).toEqual({
      images: ['https://a.example/x', '/pictures/vase.svg'],
      refusedLinks: ['http://a.example/y'],
    });
    expect(linkProblem([])).toBeUndefined();
    for (const bad of [
      'http://a.example/x',
      '//a.example/x',
      '/\\a.example',
      'javascript:alert(1)',
      'data:,x',
    ])
      expect(linkProblem(readPictures(formOf({ image_urls: bad })).refusedLinks), bad).toContain('https://');
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
