import 'server-only';
import { createHash } from 'node:crypto';
import { textOf } from '../../model/form.ts';
import { readPictures } from '../../model/item-pictures.ts';
import { parseMoney } from '../../model/money.ts';
import { moneySentence } from '../../words/field-sentences.ts';

const units = { minutes: 60, hours: 3600, days: 24 * 3600 } as const;
/** 90 days, the longest auction. */
const LONGEST_SECONDS = 90 * units.days;

/** The part of an item that can be edited later. */
export interface ItemDetails {
  title: string;
  description: string;
  category: string;
  /** Site paths and addresses of other sites, in the order in which they are shown. */
  images: string[];
}

/** Reads an item's details, without the files to upload. The pictures: see `readPictures`. */
export function itemDetails(form: FormData): ItemDetails {
  return {
    title: textOf(form, 'title'),
    description: textOf(form, 'description'),
    category: textOf(form, 'category'),
    images: readPictures(form).images,
  };
}

export type Read<T> = { ok: true; value: T } | { ok: false; fields: Record<string, string> };

/** A new item's terms; amounts in minor units, times in ISO 8601. A term that the seller left empty is missing. */
export interface ItemTerms {
  startPrice: bigint;
  currency: string;
  /** The end, or how long after the start it is. A duration makes the form the same request whenever it is sent. */
  end: { endAt: string } | { durationSeconds: number };
  startsAt?: string;
  reservePrice?: bigint;
  buyNowPrice?: bigint;
  softCloseSeconds?: number;
}

/**
 * Reads a new item's terms, or returns a sentence for every wrong field at once. Whether an auction has started or ended, and
 * when a duration ends, is decided by the database's clock.
 */
export function itemTerms(form: FormData): Read<ItemTerms> {
  const currency = textOf(form, 'currency');
  const price = readPrice(form, 'start_price', currency);
  const endField = textOf(form, 'end_at') === '' ? 'duration' : 'end_at';
  const start = readInstant(textOf(form, 'starts_at'));
  const end = readEnd(form);
  const reserve = optionalPrice(form, 'reserve_price', currency);
  const buyNow = optionalPrice(form, 'buy_now_price', currency);
  const softClose = readSoftClose(form);
  if (price.ok && start.ok && end.ok && reserve.ok && buyNow.ok && softClose.ok)
    return {
      ok: true,
      value: {
        startPrice: price.value,
        currency,
        end: end.value,
        ...(start.value !== undefined && { startsAt: new Date(start.value).toISOString() }),
        ...(reserve.value !== undefined && { reservePrice: reserve.value }),
        ...(buyNow.value !== undefined && { buyNowPrice: buyNow.value }),
        ...(softClose.value > 0 && { softCloseSeconds: softClose.value }),
      },
    };
  const problems = {
    start_price: price,
    starts_at: start,
    [endField]: end,
    reserve_price: reserve,
    buy_now_price: buyNow,
    soft_close_seconds: softClose,
  };
  const fields = Object.entries(problems).flatMap(([name, field]) =>
    field.ok ? [] : [[name, field.sentence]],
  );
  return { ok: false, fields: Object.fromEntries(fields) };
}

type Field<T> = { ok: true; value: T } | { ok: false; sentence: string };

function readPrice(form: FormData, name: string, currency: string): Field<bigint> {
  const price = parseMoney(textOf(form, name), currency);
  return price.ok
    ? { ok: true, value: price.minor }
    : { ok: false, sentence: moneySentence(price.problem, currency) };
}

function optionalPrice(form: FormData, name: string, currency: string): Field<bigint | undefined> {
  return textOf(form, name) === '' ? { ok: true, value: undefined } : readPrice(form, name, currency);
}

function readSoftClose(form: FormData): Field<number> {
  const value = Number(textOf(form, 'soft_close_seconds') || '0');
  return Number.isInteger(value)
    ? { ok: true, value }
    : { ok: false, sentence: 'Choose one of the options.' };
}

/** A date and time in UTC, as the label says, in Unix milliseconds; undefined for an empty text. */
function readInstant(text: string): Field<number | undefined> {
  if (text === '') return { ok: true, value: undefined };
  const value = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  return Number.isNaN(value)
    ? { ok: false, sentence: 'Enter a date and time in UTC, or leave this empty.' }
    : { ok: true, value };
}

/** The given end, or `duration` times `duration_unit` after the start. */
function readEnd(form: FormData): Field<ItemTerms['end']> {
  const given = readInstant(textOf(form, 'end_at'));
  if (!given.ok) return given;
  if (given.value !== undefined) return { ok: true, value: { endAt: new Date(given.value).toISOString() } };
  const unit = textOf(form, 'duration_unit');
  const count = textOf(form, 'duration');
  if (!/^[1-9]\d{0,6}$/.test(count) || !Object.hasOwn(units, unit))
    return { ok: false, sentence: 'Choose how long the auction runs.' };
  const durationSeconds = Number(count) * units[unit as keyof typeof units];
  return durationSeconds <= LONGEST_SECONDS
    ? { ok: true, value: { durationSeconds } }
    : { ok: false, sentence: 'An auction can run for up to 90 days.' };
}

/**
 * The idempotency key of a form's request: a form that is sent again unchanged lists one item, and a changed one is another
 * request. `formKey` was rendered into the form.
 */
export function itemKey(formKey: string, request: object): string {
  const text = JSON.stringify(request, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  return `${formKey}:${createHash('sha256').update(text).digest('base64url')}`;
}
