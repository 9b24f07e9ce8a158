import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTypedText, type TypedTextRules, textProblem } from './typed-text.ts';

const line: TypedTextRules = { lines: 'one', isRequired: true, maxLength: 200 };
const paragraphs: TypedTextRules = { lines: 'many', isRequired: false, maxLength: 10_000 };
// Characters of every kind, and often the ones that the rules are about.
const unit = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom(
    ...[
      ...'aé אह👩\u0301\u0300\u200d\ufe0f\u202e\u2066\u200b\ufeff\u2060\u00ad\u3164\u2800\n\r\t\u0000\u2028\u200f',
    ],
  ),
);
const text = fc.string({ unit, maxLength: 40 });

describe('a typed line', () => {
  it.each([
    ['  Oak chair\n', 'Oak chair'],
    ['Cafe\u0301', 'Caf\u00e9'],
    ['\ufeffClock\u200b ', 'Clock'],
    ['a\ud800b', 'a\ufffdb'],
    ['שָׁלוֹם עולם', 'שָׁלוֹם עולם'],
    ['بيت\u200f (1)', 'بيت\u200f (1)'],
    ['میخواهم\u200cها', 'میخواهم\u200cها'],
    ['👨‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👨‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['Tiếng Việt', 'Tiếng Việt'],
    ['हिन्दी क्षत्रिय', 'हिन्दी क्षत्रिय'],
  ])('%j is stored as %j', (typed, stored) => {
    expect(readTypedText(typed, line)).toEqual({ text: stored.normalize('NFC'), problem: undefined });
  });

  it.each([
    ['', textProblem.empty],
    ['\ufeff', textProblem.empty],
    [' \u200b\u2060 ', textProblem.empty],
    ['\u00ad\u3164\u200d', textProblem.empty],
    ['\u2800\u2800', textProblem.empty],
    ['\u0301', textProblem.empty],
    ['a\u0000b', textProblem.control],
    ['first\nsecond', textProblem.control],
    ['first\u2028second', textProblem.control],
    ['a\tb', textProblem.control],
    ['a\u009fb', textProblem.control],
    ['\u202emoc.elpmaxe', textProblem.direction],
    ['a \u2067b', textProblem.direction],
    [`a${'\u0301'.repeat(8)}`, textProblem.marks],
    [`a${'\u0301\u200d'.repeat(8)}`, textProblem.marks],
    ['x'.repeat(201), textProblem.tooLong],
    // This letter has no composed form: normal form C makes two code points of it.
    ['\u0958'.repeat(101), textProblem.tooLong],
  ])('%j is refused: %s', (typed, problem) => {
    expect(readTypedText(typed, line).problem).toBe(problem);
  });

  it('counts code points, not the units of UTF-16', () => {
    expect(readTypedText('👩'.repeat(200), line).problem).toBeUndefined();
  });
});

describe('typed paragraphs', () => {
  it('have one kind of line end, and may have tabs and empty lines', () => {
    expect(readTypedText('a\r\n\r\n\tb\rc\u2029d\n', paragraphs)).toEqual({
      text: 'a\n\n\tb\nc\nd',
      problem: undefined,
    });
  });

  it('may be empty, but not consist of characters that nobody sees', () => {
    expect(readTypedText(' \n', paragraphs)).toEqual({ text: '', problem: undefined });
    expect(readTypedText('\u00ad\u3164', paragraphs).problem).toBe(textProblem.empty);
  });

  it.each(['a\u0007', '\u202eb', `a${'\u0301'.repeat(8)}`])('%j is refused', (typed) => {
    expect(readTypedText(typed, paragraphs).problem).toBeDefined();
  });
});

describe('for every text', () => {
  it.each([
    ['a line', line],
    ['paragraphs', paragraphs],
  ])('the stored form of %s is stored unchanged', (_, rules) => {
    fc.assert(
      fc.property(text, (typed) => {
        const once = readTypedText(typed, rules);
        expect(readTypedText(once.text, rules)).toEqual(once);
      }),
    );
  });

  it('an accepted line has a visible character at the place where it is shown, in order, on one line', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const { text: stored, problem } = readTypedText(typed, line);
        if (problem !== undefined) return;
        expect(stored).toBe(stored.normalize('NFC').trim());
        expect(stored).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u);
        expect(stored).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(stored.replace(/[\u200d\ufeff]/g, '')).not.toMatch(/\p{M}{7}/u);
      }),
    );
  });

  it('letters, digits, punctuation and symbols are accepted in any order', () => {
    const ordinary = fc.string({
      unit: fc.constantFrom(...'aßЖ中あק٣9€!?-"\'&<>/😀'),
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(ordinary, (typed) => {
        expect(readTypedText(typed, line)).toEqual({ text: typed, problem: undefined });
      }),
    );
  });
});
