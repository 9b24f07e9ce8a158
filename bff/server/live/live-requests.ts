import 'server-only';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { NextRequest, NextResponse } from 'next/server';
import { bareContentPolicy } from '../../bare-content-policy.ts';
import { requestOrigin } from '../../client-address.ts';
import { config } from '../../config.ts';
import { fixedHeaders } from '../../fixed-headers.ts';
import { MOST_LIVE_ITEMS } from '../../model/live-news.ts';
import { strictTransport } from '../security.ts';
import type { VisitorSession } from '../session/read-session.ts';
import { renewedCookies } from '../session/renew-session.ts';
import { cookieNames, isSecure, sessionFrom } from '../session/session.ts';
import { topicOfItem } from './changed-items.ts';
import { openEventStream } from './event-stream.ts';
import { encodeFrame, type Viewer } from './live-channel.ts';
import { livePrices, newsOf } from './live-prices.ts';
import { topicOfPerson, type Unread } from './people.ts';

/**
 * Answers `/live` with the stream of one page: the states of its items and the person's own news, then every change. A page that
 * comes back says which message it got last and gets what it missed; if that is no longer kept, it is told to refresh. 503 when
 * too many pages are open, 429 when they are of one address or one person: such a page asks `/live/now` instead.
 */
export async function answerLive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { channel, changes, people, openPages, ending } = livePrices();
  const { url, session, headers } = await visit(request);
  if (channel.isFull) return refuse(response, 503, { ...headers, 'retry-after': '30' });
  if (response.destroyed) return;
  const leaveAddress = openPages.enterFrom(session.address);
  if (!leaveAddress) return refuse(response, 429, { ...headers, 'retry-after': '30' });
  response.once('close', leaveAddress);
  const items = readItems(url);
  const answer = await unreadOf(session);
  // The reader left while the sign-in was checked, or the process ends.
  if (response.destroyed || ending.aborted) return void response.destroy();
  // Only now the token is known to be the person's.
  if (session.kind === 'signed-in' && answer.kind === 'known') {
    const leavePerson = openPages.enterAs(session.userId);
    if (!leavePerson) return refuse(response, 429, { ...headers, 'retry-after': '30' });
    response.once('close', leavePerson);
  }

  const stream: Viewer = openEventStream(response, headers, () => {
    channel.leave(stream);
    if (session.kind === 'signed-in') people.remove(stream, session);
  });
  const topics = items.map(({ id }) => topicOfItem(id));
  if (session.kind === 'signed-in' && answer.kind === 'known') topics.push(topicOfPerson(session.userId));
  if (session.kind === 'signed-in' && answer.kind !== 'refused') people.add(stream, session, answer);
  const after = request.headers['last-event-id'] ?? url.searchParams.get('after') ?? '';
  const missed = after === '' ? [] : channel.missedSince(String(after), topics);
  const hello = { ...newsOf(), ...personal(answer), ...(missed === undefined && { refresh: true as const }) };
  // A page that gets missed messages learns their ids with them.
  stream.write(encodeFrame(hello, after === '' || missed === undefined ? channel.lastId : undefined));
  for (const frame of missed ?? []) stream.write(frame);
  channel.join(stream, topics);
  // The states are read after the page has joined, so that no change between the two is missed.
  for (const { id, revision } of items) {
    const item = await changes.stateForPage(id, revision);
    if (response.destroyed) return;
    if (item && item.revision !== revision) stream.write(encodeFrame(newsOf([item])));
  }
}

/** Answers `/live/now` with the states of the items, for a page that gets no stream. 503 when none can be read now. */
export async function answerLiveNow(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { changes } = livePrices();
  const { url, session, headers } = await visit(request);
  const asked = readItems(url);
  const read = Promise.all(asked.map(({ id, revision }) => changes.stateForPage(id, revision)));
  const [states, answer] = await Promise.all([read, unreadOf(session)]);
  const items = states.filter((item) => item !== undefined);
  response.writeHead(items.length === 0 && asked.length > 0 ? 503 : 200, {
    ...headers,
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify({ ...newsOf(items), ...personal(answer) }));
}

function refuse(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): void {
  response.writeHead(status, headers).end();
}

interface Visit {
  url: URL;
  session: VisitorSession;
  /** For the answer: it renews the sign-in, as every page does. */
  headers: OutgoingHttpHeaders;
}

async function visit(request: IncomingMessage): Promise<Visit> {
  const sent = new Headers();
  for (const [name, value] of Object.entries(request.headers)) if (value) sent.set(name, String(value));
  // Only path and query are read.
  const asked = new NextRequest(new URL(request.url ?? '/', 'http://localhost'), { headers: sent });
  const secure = isSecure(config(), sent);
  const { cookies } = await renewedCookies(asked, secure);
  const answer = new NextResponse();
  for (const cookie of cookies) {
    answer.cookies.set(cookie);
    if (cookie.value === '') asked.cookies.delete(cookie.name);
    else asked.cookies.set(cookie.name, cookie.value);
  }
  const names = cookieNames(secure);
  const [access, refresh] = [asked.cookies.get(names.access)?.value, asked.cookies.get(names.refresh)?.value];
  const { ipAddress } = requestOrigin(sent, config().TRUSTED_PROXY_HOPS);
  return {
    url: new URL(asked.url),
    session: { ...sessionFrom(access, refresh, Date.now()), address: ipAddress },
    headers: {
      ...fixedHeaders,
      'Content-Security-Policy': bareContentPolicy,
      ...(secure && { 'Strict-Transport-Security': strictTransport }),
      ...(cookies.length > 0 && { 'Set-Cookie': answer.headers.getSetCookie() }),
    },
  };
}

async function unreadOf(session: VisitorSession): Promise<Unread> {
  return session.kind === 'signed-in' ? livePrices().people.ask(session) : { kind: 'refused' };
}

function personal(answer: Unread): { unread?: string } {
  return answer.kind === 'known' ? { unread: answer.unread } : {};
}

/**
 * The different items in the parameter `items`: `<id>.<revision that the page shows>`, separated by commas. Items beyond the limit
 * are left out.
 */
export function readItems(url: URL): { id: string; revision: string }[] {
  const found = new Map<string, string>();
  for (const part of (url.searchParams.get('items') ?? '').split(',')) {
    const [, id, revision = '0'] = /^([\w-]{1,64})(?:\.(\d{1,20}))?$/.exec(part) ?? [];
    if (id !== undefined && found.size < MOST_LIVE_ITEMS) found.set(id, revision);
  }
  return [...found].map(([id, revision]) => ({ id, revision }));
}
