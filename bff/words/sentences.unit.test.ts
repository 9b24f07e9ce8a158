import { reasonCodes } from '@gavel/proto/reasons';
import { describe, expect, it } from 'vitest';
import { fieldSentences, moneySentence } from './field-sentences.ts';
import { reasonSentences } from './reason-sentences.ts';

describe('sentences', () => {
  it('are different for every reason', () => {
    const sentences = Object.values(reasonSentences).map((sentence) => sentence({}));
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(Object.keys(reasonSentences)).toEqual(expect.arrayContaining(Object.keys(reasonCodes)));
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].+[.?]$/);
  });
});

describe('field sentences', () => {
  it('belong to the field, whichever of its elements was wrong', () => {
    expect(fieldSentences({ 'images[2]': 'x', email: 'y', novelty: 'must be new' })).toEqual({
      images: 'Add up to 12 pictures, each with an https:// link or from our selection.',
      email: 'Please enter a valid e-mail address.',
    });
  });

  it('explain why an amount was not understood', () => {
    expect(moneySentence('TOO_MANY_DECIMALS', 'USD')).toBe('USD has at most 2 decimals.');
    expect(moneySentence('TOO_MANY_DECIMALS', 'JPY')).toBe('JPY has no decimals. Enter a whole number.');
    expect(moneySentence('AMBIGUOUS', 'USD')).toMatch(/such as 1500 or 1\.50\.$/);
    expect(moneySentence('AMBIGUOUS', 'JPY')).toMatch(/such as 1500\.$/);
    expect(moneySentence('AMBIGUOUS', 'KWD')).toMatch(/such as 1500 or 1\.500\.$/);
  });
});
