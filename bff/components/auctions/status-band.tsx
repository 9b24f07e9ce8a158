import { type Item, ItemOutcome, ItemStatus } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { formatMoney } from '../../model/money.ts';
import { WhileCurrent } from '../live/live-price.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';

interface StatusBandProps {
  item: Item;
  /** The signed-in reader. */
  readerId: string | undefined;
}

/** How things stand for the reader, and what they can do next; nothing for a person without a bid while the auction runs. */
export function StatusBand({ item, readerId }: StatusBandProps) {
  if (item.status === ItemStatus.CANCELLED)
    return <Band kind="plain" icon="close" testId="cancelled" text="The seller cancelled this auction." />;
  if (item.outcome !== ItemOutcome.UNSPECIFIED) return <ResultBand item={item} readerId={readerId} />;
  if (item.status !== ItemStatus.ACTIVE) return null;
  if (item.leading)
    return (
      <WhileCurrent instead={<Band kind="plain" icon="clock" testId="standing" text="Updating…" />}>
        <LeadingBand item={item} />
      </WhileCurrent>
    );
  if (item.myHighestBid === 0n) return null;
  const own = formatMoney(item.myHighestBid, item.currency);
  return (
    <Band
      kind="bad"
      icon="bolt"
      testId="outbid"
      text={`You have been outbid. Your highest bid was ${own}.`}
      next={<a href="#amount">Bid again</a>}
    />
  );
}

function LeadingBand({ item }: { item: Item }) {
  const maximum =
    item.myMaximum > 0n ? ` Your maximum bid is ${formatMoney(item.myMaximum, item.currency)}.` : '';
  const text = `You are the highest bidder.${maximum}`;
  if (item.reserveMet) return <Band kind="good" icon="check" testId="leading" text={text} />;
  return (
    <Band
      kind="warn"
      icon="shield"
      testId="leading"
      text={`${text} The item is not sold below its reserve price.`}
      next={<a href="#amount">Raise your maximum</a>}
    />
  );
}

/** The end of an auction, for its winner, for the others who bid, and for everybody else. */
function ResultBand({ item, readerId }: StatusBandProps) {
  const similar = <a href="#similar">See similar items</a>;
  const sold = item.outcome === ItemOutcome.SOLD;
  if (sold && readerId !== undefined && item.winnerId === readerId)
    return (
      <Band
        kind="good"
        icon="trophy"
        testId="won"
        text="You won this item."
        next={
          <Link href="/my-bids?state=won" prefetch={false}>
            All items that you won
          </Link>
        }
      />
    );
  const unsold =
    item.outcome === ItemOutcome.NO_BIDS ? 'Nobody bid on it.' : 'The reserve price was not met.';
  const result = sold ? 'It was sold to another bidder.' : unsold;
  if (item.myHighestBid > 0n)
    return (
      <Band
        kind="plain"
        icon="tag"
        testId="lost"
        text={`You did not win this item. ${result}`}
        next={similar}
      />
    );
  if (readerId === item.sellerId)
    return (
      <Band
        kind={sold ? 'good' : 'plain'}
        icon="tag"
        testId="result"
        text={sold ? 'Your item was sold.' : `Your item was not sold. ${unsold}`}
        next={
          <Link href={sold ? '/sales' : '/listings'} prefetch={false}>
            {sold ? 'Your sales' : 'List it again'}
          </Link>
        }
      />
    );
  const text = sold ? 'This item was sold.' : `This item was not sold. ${unsold}`;
  return <Band kind="plain" icon="tag" testId="result" text={text} next={similar} />;
}

interface BandProps {
  kind: 'good' | 'bad' | 'warn' | 'plain';
  icon: IconName;
  testId: string;
  text: string;
  /** A link to what the reader can do now. */
  next?: ReactNode;
}

function Band({ kind, icon, testId, text, next }: BandProps) {
  return (
    <div className={`band ${kind}`} role="status" data-testid={testId}>
      <Icon name={icon} />
      <p>{text}</p>
      {next}
    </div>
  );
}
