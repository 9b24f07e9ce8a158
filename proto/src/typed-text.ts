/** What a field accepts from people. */
export interface TypedTextRules {
  /** Whether the text may have more than one line. Tabs are accepted in these only. */
  readonly lines: 'one' | 'many';
  readonly isRequired: boolean;
  /** In Unicode code points, after normalisation. */
  readonly maxLength: number;
}

/** The problems of typed texts: a closed list, which pages turn into sentences. */
export const textProblem = {
  empty: 'must have a visible character',
  tooLong: 'is too long',
  control: 'must not contain control characters',
  direction: 'must not contain characters that change the direction of writing',
  marks: 'must not have more than 6 marks on one letter',
} as const;

export interface TypedText {
  /** As it is stored: Unicode normal form C, without white space at its ends, lines separated by LF. */
  readonly text: string;
  /** One of `textProblem`; undefined for a text that can be stored. */
  readonly problem: string | undefined;
}

// LF, CR LF, CR, and the separators of Unicode (https://www.unicode.org/versions/Unicode17.0.0/core-spec/chapter-5/, 5.8).
const LINE_ENDS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
// White space, and characters without width that would make an empty text look filled in.
const ENDS = /^[\p{White_Space}\u200b\u2060\ufeff]+|[\p{White_Space}\u200b\u2060\ufeff]+$/gu;
// Embeddings, overrides and isolates (https://www.unicode.org/reports/tr9/, 2.1 to 2.4). After one of these, the rest of the line is
// shown in another order. The marks U+061C, U+200E and U+200F are accepted: they change nothing but their own place.
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/u;
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{C}\p{M}\u2800]/u;
// Languages need up to five (Hebrew with points and accents). Characters that are not shown do not separate marks.
const IGNORED = /[\p{Default_Ignorable_Code_Point}--\p{M}]/gv;
const TOWER = /\p{M}{7}/u;

/**
 * Reads a text that a person typed: every field that other people will see uses this, so that a text has one form and cannot
 * imitate the page around it. A lone surrogate becomes U+FFFD. Nothing else is removed from the middle of a text: what must
 * not be there is a problem, so that the person can correct it.
 */
export function readTypedText(typed: string, rules: TypedTextRules): TypedText {
  const text = typed.toWellFormed().normalize('NFC').replace(LINE_ENDS, '\n').replace(ENDS, '');
  return { text, problem: findProblem(text, rules) };
}

function findProblem(text: string, { lines, isRequired, maxLength }: TypedTextRules): string | undefined {
  const single = lines === 'many' ? text.replace(/[\n\t]/g, ' ') : text;
  if (/\p{Cc}/u.test(single)) return textProblem.control;
  if (DIRECTION.test(text)) return textProblem.direction;
  if (!VISIBLE.test(text) && (isRequired || text !== '')) return textProblem.empty;
  if ([...text].length > maxLength) return textProblem.tooLong;
  return TOWER.test(text.replace(IGNORED, '')) ? textProblem.marks : undefined;
}
