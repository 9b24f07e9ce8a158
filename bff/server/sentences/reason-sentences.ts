import { formatMoney } from '../money/format-money.ts';
import type { CallFailure, FailureReason } from '../rpc/call-failure.ts';

type Metadata = Readonly<Record<string, string>>;

/** What people read for each reason. Does not compile until it names every reason there is. */
export const reasonSentences: Record<FailureReason, (metadata: Metadata) => string> = {
  INVALID_FIELD: () => 'Something in the form needs another look.',
  MALFORMED_REQUEST: () => 'That could not be read. Reload the page and try again.',
  INVALID_PAGE_TOKEN: () => 'This page of the list no longer exists. Start again from the first page.',
  UNAUTHENTICATED: () => 'Your sign-in has ended. Sign in again to go on.',
  RATE_LIMITED: (m) =>
    isCount(m.retry_after_seconds)
      ? `Those were too many attempts. Try again in ${m.retry_after_seconds} seconds.`
      : 'Those were too many attempts. Wait a minute, then try again.',
  UNAVAILABLE: () => 'We are having trouble behind the scenes. Try again in a moment.',
  INTERNAL: () => 'Something went wrong on our side. It has been recorded; try again in a moment.',
  UNREACHABLE: () => 'Gavel does not answer just now. Try again in a moment.',
  EMAIL_TAKEN: () => 'There is an account with this e-mail address already. Sign in instead?',
  BAD_CREDENTIALS: () => 'E-mail address and password do not belong together.',
  SESSION_EXPIRED: () => 'You were away for long, so your sign-in has ended. Sign in again.',
  SESSION_REVOKED: () => 'This sign-in was ended. Sign in again.',
  REFRESH_TOKEN_REUSED: () =>
    'An old sign-in was used a second time, so we ended it everywhere to be safe. Sign in again.',
  USER_NOT_FOUND: () => 'There is no such account.',
  ITEM_NOT_FOUND: () => 'There is no such item.',
  NOT_ITEM_OWNER: () => 'Only the person who listed this item may change it.',
  ITEM_HAS_BIDS: () => 'Somebody has bid on this item, so it can no longer be edited or cancelled.',
  AUCTION_ENDED: () => 'This auction has ended.',
  AUCTION_CANCELLED: () => 'This auction was cancelled by its seller.',
  BID_TOO_LOW: (m) => {
    const minimum = money(m.minimum_next_bid, m.currency);
    return minimum
      ? `That is too low by now: the next bid must be at least ${minimum}.`
      : 'That is too low by now: bid more than the highest bid.';
  },
  SELLER_MAY_NOT_BID: () => 'You listed this item yourself, so you may not bid on it.',
  IDEMPOTENCY_KEY_REUSED: () =>
    'This form was sent before with something else in it. Reload the page and bid again.',
  END_TOO_SOON: () => 'That end is too soon: give people at least a minute to bid.',
  END_TOO_LATE: () => 'That end is too far away: an auction runs for at most 90 days.',
  START_TOO_LATE: () => 'That start is too far away: an auction may begin at most 90 days from now.',
  HARD_END_BEFORE_END: () => 'The latest end must not be before the end.',
  HARD_END_TOO_LATE: () => 'The latest end may be at most a week after the end.',
  RESERVE_BELOW_START: () => 'The reserve price must not be below the start price.',
  BUY_NOW_BELOW_START: () => 'The buy-now price must not be below the start price.',
  BUY_NOW_BELOW_RESERVE: () => 'The buy-now price must not be below the reserve price.',
  UNKNOWN_CURRENCY: () => 'Gavel does not trade in that currency.',
  AUCTION_NOT_STARTED: () => 'Bidding has not begun yet.',
  AUCTION_NOT_ENDED: () => 'This auction has not ended yet.',
  MAXIMUM_NOT_RAISED: () => 'You have the highest bid with a maximum at least that high already.',
  BUY_NOW_UNAVAILABLE: () => 'This item can no longer be bought at once. You can still bid.',
  ITEM_SOLD: () => 'This item was sold.',
  ALREADY_RELISTED: () => 'This item was put up again already.',
  WATCH_LIST_FULL: () => 'Your watch list is full. Take something off it first.',
  PICTURE_TOO_LARGE: () => 'That picture is too large: at most 10 MB and 50 million pixels.',
  PICTURE_TYPE_UNKNOWN: () => 'That is not a picture we can read: use JPEG, PNG, WebP, AVIF or GIF.',
  PICTURE_UNREADABLE: () => 'That picture is damaged. Try another one.',
  NOTIFICATION_NOT_FOUND: () => 'That notification is gone.',
};

/** What each service is to people, for the sentence that says it does not answer. */
const unreachable: Record<CallFailure['service'], string> = {
  auth: 'We cannot check sign-ins just now. Try again in a moment.',
  bids: 'The auction house does not answer just now. Try again in a moment.',
  'user-stats': 'Your statistics cannot be shown just now. Try again in a moment.',
  notifications: 'Your notifications cannot be shown just now. Try again in a moment.',
};

/** The sentence for a failure. */
export function sentenceFor(failure: Pick<CallFailure, 'service' | 'reason' | 'metadata'>): string {
  if (failure.reason === 'UNREACHABLE') return unreachable[failure.service];
  return reasonSentences[failure.reason](failure.metadata);
}

function money(minor: string | undefined, currency: string | undefined): string | undefined {
  if (!minor || !/^\d{1,19}$/.test(minor) || !currency || !/^[A-Z]{3}$/.test(currency)) return undefined;
  return formatMoney(BigInt(minor), currency);
}

function isCount(text: string | undefined): boolean {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text);
}
