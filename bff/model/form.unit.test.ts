import { expect, it } from 'vitest';
import { textOf, textsOf } from './form.ts';

it('a form is trimmed text, and a missing field is empty', () => {
  const form = new FormData();
  form.set('title', ' Clock ');
  form.append('images', '/a');
  form.append('images', ' ');
  expect([textOf(form, 'title'), textOf(form, 'other'), textsOf(form, 'images')]).toEqual([
    'Clock',
    '',
    ['/a'],
  ]);
});

it.each([undefined, null, 'text', 7, {}, []])('an action that gets no form answers 404: %s', (value) => {
  for (const read of [textOf, textsOf])
    expect(() => read(value as unknown as FormData, 'title')).toThrow('NEXT_HTTP_ERROR_FALLBACK;404');
});
