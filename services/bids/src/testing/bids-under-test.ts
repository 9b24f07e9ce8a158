import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { startService } from '@gavel/service-runtime/run-service';
import { startTokenIssuer, type TokenChanges } from '@gavel/service-runtime/testing/token-issuer';
import { v7 as uuidv7 } from 'uuid';
import { readBidsConfig } from '../config.ts';
import { bidsService } from '../main.ts';
import { bidsProcess } from '../process.ts';

/** A decoded JSON response. The body is read in the same way as by a client without generated code. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests check the wire format, not our types
  body: any;
  /** The google.rpc.ErrorInfo detail, if there is one. */
  error: { reason: string; domain: string; metadata: Record<string, string> } | undefined;
}

/** A caller with an access token, or an anonymous one. */
export interface Visitor {
  userId: string;
  /** Calls a method of bids.v1.BidService, or of another service in the package bids.v1. */
  call(method: string, body?: object, service?: string): Promise<Answer>;
}

export interface SignedInVisitor extends Visitor {
  /** Ends the session of the visitor's token, as auth does. */
  signOut(): void;
}

/** The real service on a free port with its own database, called over plain HTTP with JSON. */
export interface BidsUnderTest {
  url: string;
  database: TestDatabase;
  anonymous: Visitor;
  /** Starts another process on the same database with its own environment; resolves to an anonymous caller of that process. */
  startAnother(env: Record<string, string>): Promise<Visitor>;
  /** A new user. With changes, the user's token is invalid in that way. */
  newUser(changes?: TokenChanges): Promise<SignedInVisitor>;
  /** Creates an item as this seller and returns its JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  createItem(seller: Visitor, fields?: object): Promise<any>;
  /** Moves an item's end to `seconds` from now by the database's clock, without checking the rules. Resolves to the end. */
  moveEnd(itemId: string, seconds: number): Promise<Date>;
  stop(): Promise<void>;
}

/** `env` is added to the environment that every test needs. Without REDIS_URL the service has no Redis. */
export async function startBidsUnderTest(env: Record<string, string> = {}): Promise<BidsUnderTest> {
  const issuer = await startTokenIssuer();
  const database = await createTestDatabase(bidsProcess.database.migrations);
  const pictures = await mkdtemp(join(tmpdir(), 'gavel-pictures-'));
  const stops: (() => Promise<void> | void)[] = [
    () => issuer.close(),
    () => database.drop(),
    () => rm(pictures, { recursive: true }),
  ];
  const start = async (more: Record<string, string>): Promise<string> => {
    const config = readBidsConfig({
      PORT: '0',
      DATABASE_URL: database.url,
      DATABASE_POOL: '10',
      AUTH_URL: issuer.url,
      PICTURES_DIRECTORY: pictures,
      RATE_LIMIT_FACTOR: '1000',
      ...more,
    });
    return startService(bidsService, config, { onStop: (_, stop) => stops.push(stop) });
  };
  const visitor = (at: string): Visitor => ({
    userId: '',
    call: (method, body, service) => call(at, method, body, undefined, service),
  });
  const url = await start(env);
  return {
    url,
    database,
    anonymous: visitor(url),
    startAnother: async (more) => visitor(await start(more)),
    async newUser(changes) {
      const userId = uuidv7();
      const token = await issuer.tokenFor(userId, changes);
      const signOut = () => issuer.revoke(token);
      return { userId, signOut, call: (method, body, service) => call(url, method, body, token, service) };
    },
    async createItem(seller, fields) {
      const answer = await seller.call('CreateItem', { ...itemFields(), ...fields });
      if (answer.status !== 200) throw new Error(`CreateItem answered ${JSON.stringify(answer.body)}`);
      return answer.body.item;
    },
    async moveEnd(itemId, seconds) {
      const { rows } = await database.pool.query<{ end_at: Date }>(
        `UPDATE items SET end_at = clock_timestamp() + $2 * interval '1 second' WHERE id = $1 RETURNING end_at`,
        [itemId, seconds],
      );
      const end = rows[0]?.end_at;
      if (end === undefined) throw new Error(`no item ${itemId}`);
      return end;
    },
    async stop() {
      for (const stop of stops.reverse()) await stop();
    },
  };
}

/** The titles that ListItems finds, in order, read in pages of two so that page tokens are used. */
export async function findTitles(visitor: Visitor, query: object): Promise<string[]> {
  const titles: string[] = [];
  let pageToken = '';
  do {
    const answer = await visitor.call('ListItems', { pageSize: 2, ...query, pageToken });
    if (answer.status !== 200) throw new Error(`ListItems answered ${JSON.stringify(answer.body)}`);
    titles.push(...answer.body.items.map((item: { title: string }) => item.title));
    pageToken = answer.body.nextPageToken;
  } while (pageToken !== '');
  return titles;
}

/** The fields of a valid item that ends in an hour. */
export function itemFields(): Record<string, unknown> {
  return { title: 'Clock', description: 'It ticks.', startPrice: '100', endAt: inSeconds(3600) };
}

/** The time `seconds` from now, ISO 8601. */
export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}

async function call(
  url: string,
  method: string,
  body: object = {},
  token?: string,
  service = 'BidService',
): Promise<Answer> {
  const response = await fetch(`${url}/bids.v1.${service}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const json = (await response.json()) as Answer['body'];
  const detail = json.details?.find((d: { type: string }) => d.type === 'google.rpc.ErrorInfo');
  return { status: response.status, body: json, error: detail?.debug };
}
