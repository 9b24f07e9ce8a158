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

/** A new item's terms; amounts in minor units, times ISO 8601. What the seller left out is left out. */
export interface ItemTerms {
  startPrice: bigint;
  currency: string;
  endAt: string;
  startsAt?: string;
  reservePrice?: bigint;
  buyNowPrice?: bigint;
  softCloseSeconds?: number;
}

/** Terms of a new item. `nowMs` is where a duration starts without a start; auctions go by the database's clock. */
export function itemTerms(form: FormData, nowMs: number): Read<ItemTerms> {
  const currency = textOf(form, 'currency');
  const price = parseMoney(textOf(form, 'start_price'), currency);
  const start = startOf(form);
  const end = endOf(form, start.ok && start.startMs !== undefined ? start.startMs : nowMs);
  const reserve = optionalPrice(form, 'reserve_price', currency);
  const buyNow = optionalPrice(form, 'buy_now_price', currency);
  const softClose = Number(textOf(form, 'soft_close_seconds') || '0');
  const fields = {
    ...(price.ok ? {} : { start_price: moneySentence(price.problem, currency) }),
    ...(start.ok ? {} : { starts_at: start.sentence }),
    ...(end.ok ? {} : { end_at: end.sentence }),
    ...(reserve.ok ? {} : { reserve_price: reserve.sentence }),
    ...(buyNow.ok ? {} : { buy_now_price: buyNow.sentence }),
    ...(Number.isInteger(softClose) ? {} : { soft_close_seconds: 'Choose one of the offered times.' }),
  };
  if (!price.ok || !start.ok || !end.ok || !reserve.ok || !buyNow.ok || !Number.isInteger(softClose))
    return { ok: false, fields };
  return {
    ok: true,
    value: {
      startPrice: price.minor,
      currency,
      endAt: end.endAt,
      ...(start.startMs !== undefined && { startsAt: new Date(start.startMs).toISOString() }),
      ...(reserve.minor !== undefined && { reservePrice: reserve.minor }),
      ...(buyNow.minor !== undefined && { buyNowPrice: buyNow.minor }),
      ...(softClose > 0 && { softCloseSeconds: softClose }),
    },
  };
}

/** Pictures that a page would not show: anything but our own paths and https addresses. */
export function imageProblem(images: readonly string[]): string | undefined {
  const bad = images.find((image) => !/^(https:\/\/|\/[^/\\])/.test(image));
  return bad === undefined ? undefined : `“${bad.slice(0, 60)}” is no https:// address.`;
}

type Optional = { ok: true; minor?: bigint } | { ok: false; sentence: string };

function optionalPrice(form: FormData, name: string, currency: string): Optional {
  const text = textOf(form, name);
  if (text === '') return { ok: true };
  const price = parseMoney(text, currency);
  return price.ok
    ? { ok: true, minor: price.minor }
    : { ok: false, sentence: moneySentence(price.problem, currency) };
}

/** `starts_at` is a date and time in UTC, as its label says; without it bidding begins at once. */
function startOf(form: FormData): { ok: true; startMs?: number } | { ok: false; sentence: string } {
  const date = textOf(form, 'starts_at');
  if (date === '') return { ok: true };
  const startMs = instantOf(date);
  return Number.isNaN(startMs) ? { ok: false, sentence: NOT_UTC } : { ok: true, startMs };
}

function instantOf(date: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(date) ? Date.parse(`${date}Z`) : Number.NaN;
}

const NOT_UTC = 'Write the date and time in UTC, or leave it empty.';

type End = { ok: true; endAt: string } | { ok: false; sentence: string };

/** `end_at` is a date and time in UTC, as its label says; without it, `duration` times `duration_unit` from the start. */
function endOf(form: FormData, startMs: number): End {
  const date = textOf(form, 'end_at');
  if (date !== '') {
    const instant = instantOf(date);
    if (Number.isNaN(instant)) return { ok: false, sentence: NOT_UTC };
    return { ok: true, endAt: new Date(instant).toISOString() };
  }
  const unit = textOf(form, 'duration_unit');
  const count = textOf(form, 'duration');
  if (!/^[1-9]\d{0,6}$/.test(count) || !Object.hasOwn(units, unit))
    return { ok: false, sentence: 'Choose how long the auction runs.' };
  return {
    ok: true,
    endAt: new Date(startMs + Number(count) * units[unit as keyof typeof units]).toISOString(),
  };
}
