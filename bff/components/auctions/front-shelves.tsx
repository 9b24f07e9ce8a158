import type { Item, MyBid } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { liveItemOf } from '../../model/live-item.ts';
import type { FrontPage } from '../../server/reads/front-page.ts';
import { bidCountText, bidStateWords } from '../../words/auction-words.ts';
import { LiveRows } from '../live/live-card.tsx';
import { FailureNotice } from '../page/notice.tsx';
import { AuctionCard } from './auction-card.tsx';

/** The rows of the front page. A row that is empty, or that could not be read, is left out. */
export function FrontShelves({ front, heart }: { front: FrontPage; heart: boolean }) {
  const { ending, hottest, newest, upcoming, sold, own } = front;
  if (!ending.ok) return <FailureNotice failure={ending} path="/" />;
  const none = [ending.value, newest, upcoming, sold].every((items) => items.length === 0);
  if (none) return <p className="notice plain">There are no auctions right now.</p>;
  const cards = (items: readonly Item[]) =>
    items.map((item) => <AuctionCard key={item.id} item={item} level={3} heart={heart} />);
  return (
    <>
      <YourAuctions bids={own} />
      <Shelf title="Ending soon" all="/?sort=ending">
        {cards(ending.value)}
      </Shelf>
      <Shelf title="Popular right now" all="/?sort=bids">
        {hottest.flatMap(({ item, recentBids }) =>
          item
            ? [
                <AuctionCard key={item.id} item={item} level={3} heart={heart}>
                  <p className="hint">{bidCountText(recentBids)} in the last hour</p>
                </AuctionCard>,
              ]
            : [],
        )}
      </Shelf>
      <Shelf title="New" all="/?sort=newest">
        {cards(newest)}
      </Shelf>
      <Shelf title="Upcoming" all="/?scheduled=1">
        {cards(upcoming)}
      </Shelf>
      <Shelf title="Recently sold">{cards(sold)}</Shelf>
    </>
  );
}

/** The row of the front page for a person who bids: running auctions with their bids. Nothing without any. */
function YourAuctions({ bids }: { bids: readonly MyBid[] }) {
  const shown = bids.flatMap(({ item, state }) => (item ? [{ item, state }] : []));
  return (
    <>
      <LiveRows items={shown.map(({ item }) => liveItemOf(item))} />
      <Shelf title="Your auctions" all="/my-bids">
        {shown.map(({ item, state }) => (
          <AuctionCard key={item.id} item={item} level={3} heart>
            <p>
              <strong className={bidStateWords(state).kind}>{bidStateWords(state).text}</strong>
            </p>
          </AuctionCard>
        ))}
      </Shelf>
    </>
  );
}

/** A row of cards with its title, and a link to all of them; nothing without cards. */
export function Shelf({ title, all, children }: { title: string; all?: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <section aria-label={title} className="shelf">
      <div className="shelf-head">
        <h2>{title}</h2>
        {all && (
          <Link href={all} prefetch={false} aria-label={`See all: ${title}`}>
            See all
          </Link>
        )}
      </div>
      <ul className="cards strip">{children}</ul>
    </section>
  );
}
