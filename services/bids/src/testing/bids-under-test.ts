import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@gavel/postgres/testing/test-database';
import { startService } from '@gavel/service-runtime/run-service';
import { v7 as uuidv7 } from 'uuid';
import { readBidsConfig } from '../config.ts';
import { bidsService } from '../main.ts';
import { bidsProcess } from '../process.ts';
import { startTokenIssuer, type TokenChanges } from './token-issuer.ts';

/** A decoded JSON answer; bodies are read the way a client without our generated code would. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the point is what is on the wire, not what our types say of it
  body: any;
  /** Reason and metadata of the google.rpc.ErrorInfo detail, if there is one. */
  error: { reason: string; domain: string; metadata: Record<string, string> } | undefined;
}

/** Someone with an access token, or nobody. */
export interface Visitor {
  userId: string;
  /** Calls a method of bids.v1.BidService, or of another service of the same package. */
  call(method: string, body?: object, service?: string): Promise<Answer>;
}

/** The real service on a free port, on a database of its own, called over plain HTTP JSON. */
export interface BidsUnderTest {
  url: string;
  database: TestDatabase;
  anonymous: Visitor;
  /** Another process on the same database, with keys of its own; resolves to nobody, who asks that one. */
  startAnother(env: Record<string, string>): Promise<Visitor>;
  /** Somebody new; with changes, somebody whose token is bad in that way. */
  newUser(changes?: TokenChanges): Promise<Visitor>;
  /** Puts an item up for auction as this seller and gives its JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  createItem(seller: Visitor, fields?: object): Promise<any>;
  /** Moves an item's end to so many seconds from now by the database's clock, whatever the rules say; returns it. */
  moveEnd(itemId: string, seconds: number): Promise<Date>;
  stop(): Promise<void>;
}

/** With keys of the environment beside what every test needs; without REDIS_URL there is no Redis. */
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
      return { userId, call: (method, body, service) => call(url, method, body, token, service) };
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

/** The fields of an acceptable item that ends in an hour. */
export function itemFields(): Record<string, unknown> {
  return { title: 'Clock', description: 'It ticks.', startPrice: '100', endAt: inSeconds(3600) };
}

/** That many seconds from now, ISO 8601. */
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
