import 'server-only';
import { type DescMessage, type JsonValue, type MessageShape, toJson } from '@bufbuild/protobuf';
import { GetProfileResponseSchema, SessionSchema } from '@gavel/proto/gen/auth/v1/auth_pb';
import { ItemSchema, MyBidSchema, SaleSchema } from '@gavel/proto/gen/bids/v1/bids_pb';
import { NotificationSchema, PreferenceSchema } from '@gavel/proto/gen/notifications/v1/notifications_pb';
import { UserStatsSchema } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { type CallOutcome, type Page, pageOf } from '../../model/call-outcome.ts';
import { as, bidsClient, call, notificationsClient } from '../call-services.ts';
import type { SignedIn } from '../session/session.ts';
import { myPreferences, myProfile, mySessions, myStatistics } from './my-account.ts';

const PAGE_SIZE = 100;

/**
 * Everything that Gavel stores about the caller, from all services, as JSON: names of fields and forms of values are those of the
 * contracts. Fails as a whole when one service does, so that nobody takes a part for everything.
 */
export async function myData(session: SignedIn): Promise<CallOutcome<Record<string, JsonValue>>> {
  const options = as(session);
  const parts = {
    profile: one(GetProfileResponseSchema, myProfile(session)),
    sessions: many(SessionSchema, mySessions(session)),
    items: many(
      ItemSchema,
      allPages(
        (page) => call('bids', () => bidsClient().listSellerItems(page, options)),
        ({ items }) => items,
      ),
    ),
    sales: many(
      SaleSchema,
      allPages(
        (page) => call('bids', () => bidsClient().listSales(page, options)),
        ({ sales }) => sales,
      ),
    ),
    bids: many(
      MyBidSchema,
      allPages(
        (page) => call('bids', () => bidsClient().listMyBids(page, options)),
        ({ bids }) => bids,
      ),
    ),
    watchedItems: many(
      ItemSchema,
      allPages(
        (page) => call('bids', () => bidsClient().listWatchedItems(page, options)),
        ({ items }) => items,
      ),
    ),
    notifications: many(
      NotificationSchema,
      allPages(
        (page) => call('notifications', () => notificationsClient().listNotifications(page, options)),
        ({ notifications }) => notifications,
      ),
    ),
    notificationSettings: many(PreferenceSchema, myPreferences(session)),
    statistics: one(UserStatsSchema, myStatistics(session)),
  };
  const data: Record<string, JsonValue> = {};
  for (const [name, part] of Object.entries(parts)) {
    const outcome = await part;
    if (!outcome.ok) return outcome;
    data[name] = outcome.value;
  }
  return { ok: true, value: data };
}

interface PageRequest {
  pageSize: number;
  pageToken: string;
}

/** All entries of a list, one page after the other. */
async function allPages<R extends { nextPageToken: string }, T>(
  read: (request: PageRequest) => Promise<CallOutcome<R>>,
  entriesOf: (response: R) => T[],
): Promise<CallOutcome<T[]>> {
  const entries: T[] = [];
  let pageToken = '';
  do {
    const page: CallOutcome<Page<T>> = pageOf(await read({ pageSize: PAGE_SIZE, pageToken }), entriesOf);
    if (!page.ok) return page;
    entries.push(...page.value.entries);
    pageToken = page.value.nextPageToken;
  } while (pageToken !== '');
  return { ok: true, value: entries };
}

async function one<S extends DescMessage>(
  schema: S,
  reading: Promise<CallOutcome<MessageShape<S> | undefined>>,
): Promise<CallOutcome<JsonValue>> {
  const outcome = await reading;
  if (!outcome.ok) return outcome;
  return { ok: true, value: outcome.value === undefined ? null : toJson(schema, outcome.value) };
}

async function many<S extends DescMessage>(
  schema: S,
  reading: Promise<CallOutcome<MessageShape<S>[]>>,
): Promise<CallOutcome<JsonValue>> {
  const outcome = await reading;
  return outcome.ok ? { ok: true, value: outcome.value.map((each) => toJson(schema, each)) } : outcome;
}
