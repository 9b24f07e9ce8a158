import 'server-only';
import { pause } from '@gavel/resilience';
import type { LiveNews, PersonalNews } from '../../model/live-news.ts';
import { isLive, readAccessToken, type SignedIn } from '../session/session.ts';
import { encodeFrame, type LiveChannel, type Viewer } from './live-channel.ts';

// The consumer of notifications gets the same event at about the same time; then it writes its rows.
const COUNT_AFTER_MS = [300, 2_000];
const COUNTS_AT_ONCE = 8;

/** The number of unread notifications. `refused`: the token is not, or no longer, accepted. */
export type Unread = { kind: 'known'; unread: string } | { kind: 'refused' } | { kind: 'unknown' };

interface PeopleOptions {
  readonly channel: LiveChannel;
  readonly newsOf: (news: PersonalNews) => LiveNews;
  readonly readUnread: (session: SignedIn) => Promise<Unread>;
  /** Aborted when the process ends. */
  readonly ending: AbortSignal;
}

/** What signed-in people alone are told: their number of unread notifications, and changes that only they may see. */
export interface People {
  /**
   * The person's number of notifications, as the service answers to the token. This process does not verify tokens, services do:
   * only after `known` may a stream join the person's topic.
   */
  ask(session: SignedIn): Promise<Unread>;
  /** Adds a stream after `ask`. One whose token could not be checked joins the person's topic as soon as it has been accepted. */
  add(stream: Viewer, session: SignedIn, answer: Unread): void;
  /** Removes a stream. May be called for one that was never added. */
  remove(stream: Viewer, session: SignedIn): void;
  /** Something happened to a person: their notifications are counted soon. */
  touch(userId: string): void;
  /** The person's own part of an item has changed. */
  tellMine(userId: string, itemId: string): void;
  /** Counts everybody's notifications once, and ends the streams whose token has expired. */
  countAll(): Promise<void>;
}

interface Token {
  readonly session: SignedIn;
  readonly streams: Set<Viewer>;
  accepted: boolean;
}

export const topicOfPerson = (userId: string): string => `person:${userId}`;

export function createPeople({ channel, newsOf, readUnread, ending }: PeopleOptions): People {
  const tokens = new Map<string, Token>();
  const ofUser = new Map<string, Set<Token>>();
  const unreadOf = new Map<string, string>();
  const counting = new Set<string>();
  const touched = new Set<string>();

  const learn = (userId: string, unread: string): void => {
    if (unreadOf.get(userId) === unread) return;
    unreadOf.set(userId, unread);
    channel.publish(topicOfPerson(userId), newsOf({ unread }));
  };

  const count = async (token: Token): Promise<void> => {
    const answer = await readUnread(token.session);
    const { userId } = token.session;
    if (answer.kind === 'refused') for (const stream of token.streams) stream.end();
    if (answer.kind !== 'known' || !ofUser.has(userId)) return;
    learn(userId, answer.unread);
    if (token.accepted) return;
    token.accepted = true;
    // What happened in the meantime was not kept for these pages.
    const frame = encodeFrame({ ...newsOf({ unread: answer.unread }), refresh: true });
    for (const stream of token.streams) {
      channel.join(stream, [topicOfPerson(userId)]);
      stream.write(frame);
    }
  };

  /** Counts twice after the last call of `touch`, however many calls there are. */
  const countLater = async (userId: string): Promise<void> => {
    for (let done = 0; done < COUNT_AFTER_MS.length && !ending.aborted; done++) {
      await pause(COUNT_AFTER_MS[done] ?? 0, ending);
      const token = [...(ofUser.get(userId) ?? [])].find(({ accepted }) => accepted);
      if (token && !ending.aborted) await count(token);
      if (touched.delete(userId)) done = 0;
    }
    counting.delete(userId);
  };

  return {
    async ask(session) {
      const unread = unreadOf.get(session.userId);
      const isAccepted = tokens.get(session.accessToken)?.accepted === true;
      return isAccepted && unread !== undefined ? { kind: 'known', unread } : readUnread(session);
    },
    add(stream, session, answer) {
      const { accessToken, userId } = session;
      const token = tokens.get(accessToken) ?? { session, streams: new Set(), accepted: false };
      tokens.set(accessToken, token);
      token.streams.add(stream);
      token.accepted ||= answer.kind === 'known';
      ofUser.set(userId, (ofUser.get(userId) ?? new Set()).add(token));
      if (answer.kind === 'known') learn(userId, answer.unread);
    },
    remove(stream, { accessToken, userId }) {
      const token = tokens.get(accessToken);
      token?.streams.delete(stream);
      if (!token || token.streams.size > 0) return;
      tokens.delete(accessToken);
      const others = ofUser.get(userId);
      others?.delete(token);
      if (others?.size !== 0) return;
      ofUser.delete(userId);
      unreadOf.delete(userId);
    },
    touch(userId) {
      if (!ofUser.has(userId)) return;
      if (counting.has(userId)) return void touched.add(userId);
      counting.add(userId);
      void countLater(userId);
    },
    tellMine(userId, itemId) {
      if (ofUser.has(userId)) channel.publish(topicOfPerson(userId), newsOf({ mine: itemId }));
    },
    async countAll() {
      const waiting = [...tokens.values()];
      const work = async (): Promise<void> => {
        for (let token = waiting.pop(); token && !ending.aborted; token = waiting.pop()) {
          const { accessToken } = token.session;
          if (isLive(readAccessToken(accessToken), Date.now())) await count(token);
          else for (const stream of token.streams) stream.end();
        }
      };
      await Promise.all(Array.from({ length: COUNTS_AT_ONCE }, work));
    },
  };
}
