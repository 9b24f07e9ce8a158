import { currencyFormatOptions, toDecimal } from '@gavel/proto/currencies';
import type { AuctionOutcome, NoticeKind, Price } from '../domain/notice.ts';

/** The facts from which a mail is written. */
export interface MailContent {
  readonly kind: NoticeKind;
  readonly outcome: AuctionOutcome | undefined;
  /** Undefined while the item's own event has not arrived. */
  readonly title: string | undefined;
  readonly price: Price | undefined;
  readonly happenedAt: Date;
  readonly auction: MailedAuction;
  /** The item's page; undefined when the web app's URL is not configured. */
  readonly url: string | undefined;
  /** Address of the item's picture; undefined when it has none, or none that a mail can show. */
  readonly picture: string | undefined;
}

/** What is known of the auction when the mail is sent. */
export interface MailedAuction {
  readonly isOver: boolean;
  /** The end in force; undefined while it is unknown. */
  readonly endAt: Date | undefined;
  /** The smallest amount of the next bid; undefined when it is unknown or no bid can be higher. */
  readonly minimumNextBid: Price | undefined;
}

export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Words {
  /** The item in a subject, which is cut, and in a sentence. */
  readonly short: string;
  readonly item: string;
  /** The price; undefined if there is none. */
  readonly price: string | undefined;
  readonly outcome: AuctionOutcome | undefined;
}

type Sentences = readonly [subject: string, sentence: string];

/** Longer titles are cut in subjects, to this many characters as people see them. */
const LONGEST_SUBJECT_TITLE = 120;

const at = (price: string | undefined): string => (price === undefined ? '' : ` at ${price}`);
const forPrice = (price: string | undefined): string => (price === undefined ? '' : ` for ${price}`);

const sentences: Record<NoticeKind, (words: Words) => Sentences> = {
  outbid: ({ short, item, price }) => [
    `You have been outbid on ${short}`,
    `Somebody else leads now on ${item}${price === undefined ? '' : `, at ${price}`}.`,
  ],
  won: ({ short, item, price }) => [`You won ${short}`, `You won the auction of ${item}${forPrice(price)}.`],
  sold: ({ short, item, price }) => [`You sold ${short}`, `Your item ${item} was sold${forPrice(price)}.`],
  reserve_not_met: ({ short, item }) => [
    `${short} was not sold`,
    `The auction of ${item} ended, and its bids stayed below your reserve price.`,
  ],
  no_bids: ({ short, item }) => [`${short} was not sold`, `The auction of ${item} ended without a bid.`],
  lost: ({ short, ...words }) => [`You did not win ${short}`, endSentence(words)],
  ended: ({ short, ...words }) => [`The auction of ${short} has ended`, endSentence(words)],
  cancelled: ({ short, item }) => [
    `${short} was withdrawn`,
    `The seller has withdrawn ${item}. No bid on it stands any more.`,
  ],
  ending_soon: ({ short, item, price }) => [
    `The auction of ${short} ends soon`,
    `The auction of ${item} ends soon. ${price === undefined ? 'Nobody had bid yet.' : `The highest bid was ${price}.`}`,
  ],
  started: ({ short, item }) => [`The auction of ${short} has started`, `You can bid on ${item} now.`],
  relisted: ({ short, item }) => [
    `${short} was listed again`,
    `${item} was not sold, and its seller has listed it again, in a new auction.`,
  ],
  first_bid: ({ short, item, price }) => [
    `${short} has its first bid`,
    `Your item ${item} received its first bid${at(price)}.`,
  ],
};

/** How an auction ended, for somebody who did not win it. */
function endSentence({ item, price, outcome }: Omit<Words, 'short'>): string {
  switch (outcome) {
    case 'bought_now':
      return `Another person bought ${item} at its buy-now price${price === undefined ? '' : `, ${price}`}.`;
    case 'reserve_not_met':
      return `The auction of ${item} ended. Its highest bid was below the reserve price, so nobody won it.`;
    case 'no_bids':
      return `The auction of ${item} ended without a bid.`;
    default:
      return `The auction of ${item} ended, and another person won it${forPrice(price)}.`;
  }
}

/** Subject, plain text and HTML of the mail for a notice. Both bodies state the same. */
export function composeMail(content: MailContent): ComposedMail {
  const { kind, outcome, title, price, url, picture } = content;
  const name = oneLine(title ?? '');
  const [subject, sentence] = sentences[kind]({
    short: name === '' ? 'an item' : `“${cutTo(LONGEST_SUBJECT_TITLE, name)}”`,
    item: name === '' ? 'an item' : `“${name}”`,
    price: price && formatPrice(price),
    outcome,
  }).map((each) => each.replace(/^an item/, 'An item'));
  if (subject === undefined || sentence === undefined) throw new Error('a mail has a subject and a sentence');
  const paragraphs = [sentence, factsOf(content)].filter((each) => each !== '');
  return {
    subject,
    text: `${[...paragraphs, ...(url === undefined ? [] : [url])].join('\n\n')}\n`,
    html: toHtml({ subject, paragraphs, name: name || 'The item', url, picture }),
  };
}

/** The kinds for whose reader the next bid is of interest. */
const biddingKinds: readonly NoticeKind[] = ['outbid', 'ending_soon', 'started', 'relisted'];

/** When the auction ends or ended and, for people who may bid, the smallest next bid. */
function factsOf({ kind, auction, happenedAt }: MailContent): string {
  const { isOver, endAt, minimumNextBid } = auction;
  if (kind === 'cancelled') return `It was withdrawn on ${formatInstant(happenedAt)}.`;
  if (kind !== 'first_bid' && !biddingKinds.includes(kind))
    return `It ended on ${formatInstant(happenedAt)}.`;
  if (isOver) return 'The auction is over now.';
  const minimum = biddingKinds.includes(kind) ? minimumNextBid : undefined;
  return [
    ...(endAt === undefined ? [] : [`The auction ends on ${formatInstant(endAt)}.`]),
    ...(minimum === undefined ? [] : [`The next bid must be at least ${formatPrice(minimum)}.`]),
  ].join(' ');
}

interface Page extends Pick<MailContent, 'url' | 'picture'> {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly name: string;
}

function toHtml({ subject, paragraphs, name, url, picture }: Page): string {
  const link = (inner: string): string =>
    url === undefined ? inner : `<a href="${escapeHtml(url)}">${inner}</a>`;
  const image =
    picture === undefined
      ? ''
      : `<p>${link(`<img src="${escapeHtml(picture)}" alt="${escapeHtml(name)}" width="320">`)}</p>\n`;
  const texts = paragraphs.map((each) => `<p>${escapeHtml(each)}</p>\n`).join('');
  const page = url === undefined ? '' : `<p>${link('See the auction')}</p>\n`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body>
${image}${texts}${page}</body></html>
`;
}

// A title is text that people typed: none of it may become a tag or end an attribute.
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const instants = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

function formatInstant(instant: Date): string {
  return `${instants.format(instant)} UTC`;
}

// Exact at any size: Intl formats decimals that are given as text. The digits are those of ISO 4217.
function formatPrice({ amount, currency }: Price): string {
  const format = new Intl.NumberFormat('en', currencyFormatOptions(currency));
  return format.format(toDecimal(amount, currency));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts between characters as people see them: a flag or a letter with accents is one, however many code units it has. */
function cutTo(most: number, text: string): string {
  const seen = Array.from(characters.segment(text), ({ segment }) => segment);
  return seen.length <= most
    ? text
    : `${seen
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}
