/**
 * The closed list of machine-readable reasons for which a Gavel service refuses a request, and the Connect code of each. A
 * reason is sent as a google.rpc.ErrorInfo detail (reason, domain "gavel", metadata).
 *
 * A new reason must be added here: services answer with `Reason`, and the web app's table of sentences compiles only when it
 * names every reason.
 */
export const reasonCodes = {
  // Any service
  INVALID_FIELD: 'invalid_argument',
  MALFORMED_REQUEST: 'invalid_argument',
  INVALID_PAGE_TOKEN: 'invalid_argument',
  UNAUTHENTICATED: 'unauthenticated',
  RATE_LIMITED: 'resource_exhausted',
  UNAVAILABLE: 'unavailable',
  INTERNAL: 'internal',
  EMAIL_UNVERIFIED: 'failed_precondition',
  // auth
  EMAIL_TAKEN: 'already_exists',
  BAD_CREDENTIALS: 'unauthenticated',
  SESSION_EXPIRED: 'unauthenticated',
  SESSION_REVOKED: 'unauthenticated',
  REFRESH_TOKEN_REUSED: 'unauthenticated',
  USER_NOT_FOUND: 'not_found',
  WRONG_PASSWORD: 'permission_denied',
  SESSION_NOT_FOUND: 'not_found',
  RESET_LINK_INVALID: 'failed_precondition',
  SECOND_FACTOR_NEEDED: 'unauthenticated',
  SIGN_IN_ENDED: 'unauthenticated',
  WRONG_CODE: 'permission_denied',
  TWO_FACTOR_ENABLED: 'failed_precondition',
  TWO_FACTOR_NOT_STARTED: 'failed_precondition',
  VERIFICATION_LINK_INVALID: 'failed_precondition',
  // bids
  ITEM_NOT_FOUND: 'not_found',
  NOT_ITEM_OWNER: 'permission_denied',
  ITEM_HAS_BIDS: 'failed_precondition',
  AUCTION_ENDED: 'failed_precondition',
  AUCTION_CANCELLED: 'failed_precondition',
  BID_TOO_LOW: 'failed_precondition',
  SELLER_MAY_NOT_BID: 'permission_denied',
  IDEMPOTENCY_KEY_REUSED: 'already_exists',
  END_TOO_SOON: 'invalid_argument',
  END_TOO_LATE: 'invalid_argument',
  START_TOO_LATE: 'invalid_argument',
  HARD_END_BEFORE_END: 'invalid_argument',
  HARD_END_TOO_LATE: 'invalid_argument',
  RESERVE_BELOW_START: 'invalid_argument',
  BUY_NOW_BELOW_START: 'invalid_argument',
  BUY_NOW_BELOW_RESERVE: 'invalid_argument',
  UNKNOWN_CURRENCY: 'invalid_argument',
  AUCTION_NOT_STARTED: 'failed_precondition',
  AUCTION_NOT_ENDED: 'failed_precondition',
  MAXIMUM_NOT_RAISED: 'failed_precondition',
  ALREADY_LEADING: 'failed_precondition',
  BUY_NOW_REACHED: 'failed_precondition',
  BUY_NOW_UNAVAILABLE: 'failed_precondition',
  ITEM_SOLD: 'failed_precondition',
  ALREADY_RELISTED: 'already_exists',
  WATCH_LIST_FULL: 'resource_exhausted',
  PICTURE_TOO_LARGE: 'invalid_argument',
  PICTURE_TYPE_UNKNOWN: 'invalid_argument',
  PICTURE_UNREADABLE: 'invalid_argument',
  // notifications
  NOTIFICATION_NOT_FOUND: 'not_found',
} as const;

export type Reason = keyof typeof reasonCodes;

/** The `domain` of every ErrorInfo that a Gavel service sends. */
export const REASON_DOMAIN = 'gavel';

/** True for a string that is one of the closed list, for example one read from an ErrorInfo. */
export function isReason(value: string): value is Reason {
  return Object.hasOwn(reasonCodes, value);
}
