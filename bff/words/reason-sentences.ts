import type { CallFailure, FailureReason } from '../model/call-outcome.ts';
import { formatMoney } from '../model/money.ts';

type Metadata = Readonly<Record<string, string>>;

/** The sentence that people read for each reason. A reason without a sentence here does not compile. */
export const reasonSentences: Record<FailureReason, (metadata: Metadata) => string> = {
  INVALID_FIELD: () => 'Please check your entries.',
  MALFORMED_REQUEST: () => 'We could not read this request. Please reload the page and try again.',
  INVALID_PAGE_TOKEN: () => 'This page of the list is no longer available. Please start from the first page.',
  UNAUTHENTICATED: () => 'You are not signed in. Please sign in to continue.',
  RATE_LIMITED: (m) =>
    isCount(m.retry_after_seconds)
      ? `Too many attempts. Please try again in ${m.retry_after_seconds} seconds.`
      : 'Too many attempts. Please wait a minute and try again.',
  UNAVAILABLE: () => 'Gavel is having technical problems. Please try again in a moment.',
  INTERNAL: () => 'Something went wrong on our side. We have recorded it. Please try again in a moment.',
  UNREACHABLE: () => 'Gavel is not available right now. Please try again in a moment.',
  EMAIL_UNVERIFIED: () =>
    'Before you bid or sell, please confirm your e-mail address. We have sent you a mail with a link.',
  EMAIL_TAKEN: () => 'An account with this e-mail address already exists. Sign in instead?',
  BAD_CREDENTIALS: () => 'Incorrect e-mail address or password.',
  SESSION_EXPIRED: () => 'Your session has expired. Please sign in again.',
  SESSION_REVOKED: () => 'You were signed out. Please sign in again.',
  REFRESH_TOKEN_REUSED: () =>
    'For your security we signed you out on all devices, because an old session was used again. Please sign in again.',
  USER_NOT_FOUND: () => 'This account does not exist.',
  WRONG_PASSWORD: () => 'This is not your current password.',
  RESET_LINK_INVALID: () => 'This link was used before or has expired. Please ask for a new one.',
  SECOND_FACTOR_NEEDED: () => 'Your account also needs a code. Please sign in on the sign-in page.',
  SIGN_IN_ENDED: () => 'This sign-in took too long or too many tries. Please start again.',
  WRONG_CODE: () => 'This code is wrong or was used before. Please enter the next one.',
  TWO_FACTOR_ENABLED: () => 'Two-factor sign-in is already on.',
  TWO_FACTOR_NOT_STARTED: () => 'Two-factor sign-in is not on. Please reload the page.',
  VERIFICATION_LINK_INVALID: () =>
    'This link to confirm an address was used before or has expired. Please ask for a new one.',
  SESSION_NOT_FOUND: () => 'This device is no longer signed in.',
  ITEM_NOT_FOUND: () => 'This item does not exist.',
  NOT_ITEM_OWNER: () => 'Only the seller can change this item.',
  ITEM_HAS_BIDS: () => 'This item already has bids, so it can no longer be edited or cancelled.',
  AUCTION_ENDED: () => 'This auction has ended.',
  AUCTION_CANCELLED: () => 'The seller cancelled this auction.',
  BID_TOO_LOW: (m) => {
    const minimum = money(m.minimum_next_bid, m.currency);
    return minimum
      ? `Your bid is too low. Please bid ${minimum} or more.`
      : 'Your bid is too low. Please bid more than the current bid.';
  },
  SELLER_MAY_NOT_BID: () => 'You cannot bid on your own item.',
  IDEMPOTENCY_KEY_REUSED: () =>
    'This form was already submitted with other values. Please reload the page and try again.',
  END_TOO_SOON: () => 'The auction must end in the future, and after it starts.',
  END_TOO_LATE: () => 'An auction can run for up to 90 days.',
  START_TOO_LATE: () => 'An auction must start within the next 90 days.',
  HARD_END_BEFORE_END: () => 'The latest possible end cannot be before the end.',
  HARD_END_TOO_LATE: () => 'The latest possible end can be up to a week after the end.',
  RESERVE_BELOW_START: () => 'The reserve price cannot be lower than the starting price.',
  BUY_NOW_BELOW_START: () => 'The buy-now price must be higher than the starting price.',
  BUY_NOW_BELOW_RESERVE: () => 'The buy-now price cannot be lower than the reserve price.',
  UNKNOWN_CURRENCY: () => 'This currency is not supported.',
  AUCTION_NOT_STARTED: () => 'This auction has not started yet.',
  AUCTION_NOT_ENDED: () => 'This auction has not ended yet.',
  MAXIMUM_NOT_RAISED: () =>
    'You are already the highest bidder, and your maximum bid is not lower than this. Enter a higher amount to raise it.',
  ALREADY_LEADING: (m) => {
    const maximum = money(m.own_maximum, m.currency);
    const now = maximum ? `, and your maximum bid is ${maximum}` : '';
    return `You are already the highest bidder${now}. To go higher, choose “This is my maximum bid”.`;
  },
  BUY_NOW_REACHED: (m) => {
    const price = money(m.buy_now_price, m.currency);
    return price
      ? `You can buy this item now for ${price}, so bids must be below that price.`
      : 'You can buy this item now, so bids must be below the buy-now price.';
  },
  BUY_NOW_UNAVAILABLE: () => 'You can no longer buy this item at the buy-now price, but you can still bid.',
  ITEM_SOLD: () => 'This item has been sold.',
  ALREADY_RELISTED: () => 'This item has already been relisted.',
  WATCH_LIST_FULL: () => 'Your watch list is full. Please remove an item first.',
  PICTURE_TOO_LARGE: () =>
    'This picture is too large. The limit is 10 MB and 50 million pixels, or 25 million for AVIF.',
  PICTURE_TYPE_UNKNOWN: () => 'This file type is not supported. Please use JPEG, PNG, WebP, AVIF or GIF.',
  PICTURE_UNREADABLE: () => 'We could not read this picture. The file may be damaged.',
  NOTIFICATION_NOT_FOUND: () => 'This notification no longer exists.',
};

/** The sentence for each service when it does not answer. */
const unreachable: Record<CallFailure['service'], string> = {
  auth: 'Sign-in is not available right now. Please try again in a moment.',
  bids: 'Auctions are not available right now. Please try again in a moment.',
  'user-stats': 'Your statistics are not available right now. Please try again in a moment.',
  notifications: 'Your notifications are not available right now. Please try again in a moment.',
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
