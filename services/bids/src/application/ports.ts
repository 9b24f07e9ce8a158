import type { Outcome } from '@gavel/service-runtime/failure';
import type { TimePosition } from '@gavel/service-runtime/page';
import type { Auction, Bid } from '../domain/auction/auction.ts';
import type { Rejection, RejectionReason } from '../domain/auction/commands.ts';
import type { DecidedSteps, Step } from '../domain/auction/evolve.ts';
import type { BidRequest, BidResult } from './decide-batch.ts';

/** Decides on a locked auction (undefined: the item does not exist), using the database's clock. Must not do any I/O. */
export type DecideLocked<R extends RejectionReason> = (
  auction: Auction | undefined,
  now: Date,
) => DecidedSteps<R>;

export type Change<R extends RejectionReason> =
  /** Stored together with its events. `auction` is the state after the last step; no steps means that nothing changed. */
  | {
      readonly kind: 'accepted';
      readonly auction: Auction;
      readonly steps: readonly Step[];
      readonly now: Date;
    }
  /** Nothing was stored. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection<R> };

/** A request that may be repeated: its accepted answer is remembered for 24 hours under its key. */
export interface KeyedRequest {
  readonly userId: string;
  readonly key: string;
  /** Everything that was asked for, as text. The same key with another text is another request. */
  readonly asked: string;
}

/** The key already has an answer. Nothing was decided. */
export interface RepeatedChange {
  readonly kind: 'repeated';
  /** False when the key was used for another request. */
  readonly sameRequest: boolean;
  /** The state that was answered, and its time. */
  readonly auction: Auction;
  readonly now: Date;
}

export interface DueChanges {
  /** How many auctions changed. */
  readonly changed: number;
  /** Milliseconds until the next auction is due; 0 or less after a full batch, undefined when none is due. */
  readonly nextInMs: number | undefined;
}

/** The auctions, for commands. */
export interface Auctions {
  /**
   * Runs one decision in one transaction: locks the auction, reads the database's clock, decides, writes the new state and the
   * outbox rows, and commits. Concurrent changes of one auction run one after the other.
   */
  change<R extends RejectionReason>(itemId: string, decideLocked: DecideLocked<R>): Promise<Change<R>>;

  /**
   * The same for a request that creates an item. With a key, its answer is remembered in the same transaction, and a repeat gets
   * it again. Concurrent requests with one key run one after the other.
   */
  changeOnce<R extends RejectionReason>(
    itemId: string,
    request: KeyedRequest | undefined,
    decideLocked: DecideLocked<R>,
  ): Promise<Change<R> | RepeatedChange>;

  /** Places a bid. Bids that arrive at the same time may share a transaction; each one gets its own result. */
  placeBid(request: BidRequest): Promise<BidResult>;

  /**
   * Runs one decision on each of at most `limit` auctions that have ended and that nobody else has locked, in one
   * transaction.
   */
  closeDue(limit: number, decideLocked: DecideLocked<RejectionReason>): Promise<DueChanges>;

  /** The same for auctions with a due announcement. */
  announceDue(limit: number, decideLocked: DecideLocked<RejectionReason>): Promise<DueChanges>;
}

/** An auction, and the time of the database's clock at which it was read. */
export interface ItemView {
  readonly auction: Auction;
  readonly asOf: Date;
}

/** The orders of a list of open auctions: prices by currency first. Ties are broken by id, in the same direction. */
export type ItemOrder = 'endingSoon' | 'newest' | 'priceLow' | 'priceHigh' | 'mostBids' | 'relevance';

/** Selects and sorts open auctions. Undefined means no restriction. Prices are minor units of `currency`. */
export interface OpenItemsFilter {
  /** True: auctions that have not started yet. False: auctions that take bids now. */
  readonly scheduled: boolean;
  /** This category and its subcategories. */
  readonly category: string | undefined;
  /** Words to find, in the syntax of a web search. */
  readonly words: string | undefined;
  readonly currency: string | undefined;
  /** Inclusive bounds of the smallest next bid. */
  readonly minPrice: bigint | undefined;
  readonly maxPrice: bigint | undefined;
  readonly endingWithinSeconds: number | undefined;
  readonly order: ItemOrder;
}

/** The end of a page. */
export interface OpenItemsPosition {
  /** The last item's sort value: ISO 8601 for times, digits for counts, `USD 100` for prices (currency and minor units). */
  readonly key: string;
  readonly id: string;
  /** When the first page was read. */
  readonly since: Date;
}

/** A bidder's standing in an auction, while it runs and after it is over. */
export type BidState = 'winning' | 'outbid' | 'won' | 'lost';

/** An auction that a user bid on, or bought. */
export interface MyBidView {
  readonly view: ItemView;
  readonly state: BidState;
  /** The user's highest visible bid, or the price they bought the item for; minor units. */
  readonly highestAmount: bigint;
  /** The user's last own bid (automatic bids do not count), or the purchase. */
  readonly lastBidAt: Date;
}

/** Up to `limit` rows after a position; undefined for the first page. */
interface Slice<Position> {
  readonly after: Position | undefined;
  readonly limit: number;
}

/** The auctions, for queries. */
export interface AuctionViews {
  find(itemId: string): Promise<ItemView | undefined>;
  /** Auctions that are not over, in the filter's order, each with its sort value. */
  open(
    page: Slice<OpenItemsPosition> & { filter: OpenItemsFilter },
  ): Promise<{ view: ItemView; key: string }[]>;
  /** The number of auctions that take bids now in each of these categories and in those below it. */
  categories(paths: readonly string[]): Promise<ReadonlyMap<string, bigint>>;
  /** One seller's items, newest first. */
  ofSeller(page: Slice<TimePosition> & { sellerId: string }): Promise<ItemView[]>;
  /** One seller's sold items, latest sale first. */
  soldBy(page: Slice<TimePosition> & { sellerId: string }): Promise<{ view: ItemView; soldAt: Date }[]>;
  /** The items that were sold last, latest sale first. */
  lastSold(limit: number): Promise<ItemView[]>;
  /** The auctions that one user bid on, latest bid first; undefined selects all states. */
  withBidsOf(
    page: Slice<TimePosition> & { userId: string; state: BidState | undefined },
  ): Promise<MyBidView[]>;
  /** The highest bid of one user on each of `itemIds`, minor units. Items without one are missing. */
  highestBidsOf(userId: string, itemIds: readonly string[]): Promise<ReadonlyMap<string, bigint>>;
  /** One item's bids, newest first; undefined when the item does not exist. */
  bidsOn(page: Slice<{ bidId: string }> & { itemId: string }): Promise<Bid[] | undefined>;
}

/** The items that each user watches. */
export interface WatchLists {
  /**
   * Adds an item to a user's list, unless it is already there or the list contains `ceiling` items. The list and its event are
   * written in one transaction. Concurrent changes of one list run one after the other.
   */
  add(userId: string, itemId: string, ceiling: number): Promise<'watched' | 'no-item' | 'full'>;
  /** Removes an item from a user's list, if it is there. */
  remove(userId: string, itemId: string): Promise<'unwatched' | 'no-item'>;
  /** The ids among `itemIds` that are on a user's list. */
  among(userId: string, itemIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** A user's list, latest watched first. */
  page(page: Slice<TimePosition> & { userId: string }): Promise<{ view: ItemView; watchedAt: Date }[]>;
}

/** A bidder's name on one item: the same on all of their bids there, and a different one on every other item. */
export type MaskBidder = (itemId: string, userId: string) => string;

/** Hides who bids. */
export interface BidderMasks {
  /** Resolves to the mask that all instances use. Reads its key the first time. */
  load(): Promise<MaskBidder>;
}

/** Items with only the fields that everybody may see, so that a cache may share them. */
export interface PublicItems<Shown> {
  /** The item as it was less than a second ago, or as `load` reads it now. */
  read(
    itemId: string,
    load: () => Promise<Outcome<ItemView, 'ITEM_NOT_FOUND'>>,
  ): Promise<Outcome<Shown, 'ITEM_NOT_FOUND'>>;
}

/** Shared items that have to be read again because a command of this process has changed them, or may have. */
export interface ChangedItems {
  invalidate(itemId: string): void;
}

/** A bidder's standing in one auction. */
export interface BidderStanding {
  readonly userId: string;
  /** The highest visible bid, minor units. */
  readonly amount: bigint;
  readonly bidCount: bigint;
}

export interface ItemHeat {
  readonly itemId: string;
  /** Bids in this minute and the 59 before it. */
  readonly recentBids: bigint;
}

export interface SellerStanding {
  readonly sellerId: string;
  readonly soldCount: bigint;
}

/** Leaderboards that a consumer maintains: fast, but sometimes missing. Undefined: count from the tables instead. */
export interface KeptBoards {
  topBidders(itemId: string, limit: number): Promise<BidderStanding[] | undefined>;
  /** Highest count first, starting at rank `from`. Some of the auctions may have ended in the meantime. */
  hottest(from: number, limit: number): Promise<ItemHeat[] | undefined>;
  topSellers(limit: number): Promise<SellerStanding[] | undefined>;
}

/** The same leaderboards, counted from the auctions: slower, but always correct. */
export interface CountedBoards {
  /** Undefined when the item does not exist. */
  topBidders(itemId: string, limit: number): Promise<BidderStanding[] | undefined>;
  /** Only auctions that take bids now. */
  hottest(limit: number): Promise<ItemHeat[]>;
  topSellers(limit: number): Promise<SellerStanding[]>;
  /** The items among `itemIds` that take bids now, by id. */
  running(itemIds: readonly string[]): Promise<ReadonlyMap<string, ItemView>>;
}

/** One size of a picture, ready for display: WebP, upright, without metadata. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** RATE_LIMITED: too many pictures wait already; metadata `retry_after_seconds`. */
export type PictureProblem =
  | 'PICTURE_TOO_LARGE'
  | 'PICTURE_TYPE_UNKNOWN'
  | 'PICTURE_UNREADABLE'
  | 'RATE_LIMITED';

/** Turns an uploaded picture into sizes for display. */
export interface PictureEncoder {
  /** The sizes, smallest first, at least one. The bytes decide the type; nothing of them is kept unchanged. */
  encode(bytes: Uint8Array): Promise<Outcome<readonly EncodedPicture[], PictureProblem>>;
}

/** Stores encoded pictures. The bytes under a key never change; they may be written again. */
export interface PictureStore {
  /** Resolves once the bytes are durable. Throws when the store is unavailable. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when the key does not exist. */
  get(key: string): Promise<Uint8Array | undefined>;
}
