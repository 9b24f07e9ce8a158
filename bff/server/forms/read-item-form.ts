import { parseMoney } from '../money/parse-money.ts';
import { moneySentence } from '../sentences/field-sentences.ts';
import { textOf, textsOf } from './read-form.ts';

const MINUTE = 60_000;
const units = { minutes: MINUTE, hours: 60 * MINUTE, days: 24 * 60 * MINUTE } as const;

/** What an item form says of an item that may be listed or edited. */
export interface ItemDetails {
  title: string;
  description: string;
  category: string;
  /** Site paths and https addresses. */
  images: string[];
}

/** The pictures ticked, then the addresses written, one a line. */
export function itemDetails(form: FormData): ItemDetails {
  const written = textOf(form, 'image_urls').split(/\s+/).filter(Boolean);
  return {
    title: textOf(form, 'title'),
    description: textOf(form, 'description'),
    category: textOf(form, 'category'),
    images: [...textsOf(form, 'images'), ...written],
  };
}

export type Read<T> = { ok: true; value: T } | { ok: false; fields: Record<string, string> };

/** Start price and end of a new item. `nowMs` is where a duration starts; auctions end by the database's clock. */
export function itemTerms(
  form: FormData,
  nowMs: number,
): Read<{ startPrice: bigint; currency: string; endAt: string }> {
  const currency = textOf(form, 'currency');
  const price = parseMoney(textOf(form, 'start_price'), currency);
  const end = endOf(form, nowMs);
  const fields = {
    ...(price.ok ? {} : { start_price: moneySentence(price.problem, currency) }),
    ...(end.ok ? {} : { end_at: end.sentence }),
  };
  if (!price.ok || !end.ok) return { ok: false, fields };
  return { ok: true, value: { startPrice: price.minor, currency, endAt: end.endAt } };
}

/** Pictures that a page would not show: anything but our own paths and https addresses. */
export function imageProblem(images: readonly string[]): string | undefined {
  const bad = images.find((image) => !/^(https:\/\/|\/[^/\\])/.test(image));
  return bad === undefined ? undefined : `“${bad.slice(0, 60)}” is no https:// address.`;
}

type End = { ok: true; endAt: string } | { ok: false; sentence: string };

/** `end_at` is a date and time in UTC, as its label says; without it, `duration` times `duration_unit` from now. */
function endOf(form: FormData, nowMs: number): End {
  const date = textOf(form, 'end_at');
  if (date !== '') {
    const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(date) ? Date.parse(`${date}Z`) : Number.NaN;
    if (Number.isNaN(instant))
      return { ok: false, sentence: 'Write the date and time in UTC, or leave it empty.' };
    return { ok: true, endAt: new Date(instant).toISOString() };
  }
  const unit = textOf(form, 'duration_unit');
  const count = textOf(form, 'duration');
  if (!/^[1-9]\d{0,6}$/.test(count) || !Object.hasOwn(units, unit))
    return { ok: false, sentence: 'Choose how long the auction runs.' };
  return {
    ok: true,
    endAt: new Date(nowMs + Number(count) * units[unit as keyof typeof units]).toISOString(),
  };
}
