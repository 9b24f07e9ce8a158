import { currencyFormatOptions, toDecimal } from '@gavel/proto/currencies';
import type { NoticeKind, Price } from '../domain/notice.ts';

/** The facts from which a mail is written. */
export interface MailContent {
  readonly kind: NoticeKind;
  /** Undefined while the item's own event has not arrived. */
  readonly title: string | undefined;
  readonly price: Price | undefined;
  /** The item's page; undefined when the web app's URL is not configured. */
  readonly url: string | undefined;
}

export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
}

const sentences: Record<NoticeKind, (item: string, price: string, hasPrice: boolean) => ComposedMail> = {
  outbid: (item, price) => ({
    subject: `You have been outbid on ${item}`,
    text: `Somebody else leads now on ${item}, at ${price}.`,
  }),
  won: (item, price) => ({
    subject: `You won ${item}`,
    text: `The auction of ${item} is yours, for ${price}.`,
  }),
  sold: (item, price) => ({
    subject: `You sold ${item}`,
    text: `The auction of ${item} ended, at ${price}.`,
  }),
  reserve_not_met: (item) => ({
    subject: `${item} was not sold`,
    text: `The auction of ${item} ended, and its bids stayed below your reserve price.`,
  }),
  no_bids: (item) => ({
    subject: `${item} was not sold`,
    text: `The auction of ${item} ended without a bid.`,
  }),
  cancelled: (item) => ({
    subject: `${item} was withdrawn`,
    text: `The seller has withdrawn ${item}. No bid on it stands any more.`,
  }),
  ending_soon: (item, price, hasPrice) => ({
    subject: `The auction of ${item} ends soon`,
    text: `The auction of ${item} ends soon. ${hasPrice ? `It stands at ${price}.` : 'Nobody has bid yet.'}`,
  }),
};

/** Subject and plain text of the mail for a notice. */
export function composeMail({ kind, title, price, url }: MailContent): ComposedMail {
  const item = title === undefined ? 'an item' : `“${oneLine(title)}”`;
  const words = price === undefined ? 'its last bid' : formatPrice(price);
  const { subject, text } = sentences[kind](item, words, price !== undefined);
  const capital = subject.replace(/^an item/, 'An item');
  return { subject: capital, text: url === undefined ? `${text}\n` : `${text}\n\n${url}\n` };
}

// Exact at any size: Intl formats decimals that are given as text. The digits are those of ISO 4217.
function formatPrice({ amount, currency }: Price): string {
  const format = new Intl.NumberFormat('en', currencyFormatOptions(currency));
  return format.format(toDecimal(amount, currency));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 120);
}
