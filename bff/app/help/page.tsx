import type { Metadata } from 'next';
import Link from 'next/link';
import { formatMoney } from '../../model/money.ts';
import { increments, maximumExample, reserveExample } from '../../words/house-rules.ts';

export const metadata: Metadata = {
  title: 'How bidding works',
  description: 'Maximum bids, increments, reserve prices, buying at once and late bids, with examples.',
};

const usd = (minor: bigint) => formatMoney(minor, 'USD');

export default function HelpPage() {
  return (
    <article className="prose">
      <h1>How bidding works</h1>
      <p>
        You need an account to bid. A bid is binding: if you have the highest bid at the end, and it is high
        enough to win, you have bought the item.
      </p>
      <MaximumBids />
      <Increments />
      <h2>Reserve price</h2>
      <p>
        A seller can set a hidden lowest price. While the bids are below it, the item’s page says that the
        reserve price has not been met, and the item is not sold. When a maximum reaches the reserve price,
        the price rises to it at once. Example: the reserve price is {usd(reserveExample.reserve)} and the
        current bid {usd(reserveExample.before)}. Ann sets a maximum of {usd(reserveExample.maximum)}. The
        current bid is now {usd(reserveExample.after)}.
      </p>
      <h2>Buy now</h2>
      <p>
        Some items have a price at which you can buy them at once, which ends the auction. Until then, bids
        must be below this price. The offer ends when the reserve price is met; without a reserve price it
        stays for as long as bids are below it.
      </p>
      <h2>Late bids</h2>
      <p>
        On items with extended ends, a bid in the last seconds that moves the price also moves the end, so
        that others can answer. Example: with “bids in the last 2 minutes extend the auction”, a bid 30
        seconds before the end moves the end to 2 minutes after the bid. The item’s page names the latest
        possible end.
      </p>
      <h2>Who sees what</h2>
      <p>
        Other people see your bids under a name such as “Bidder 6QXPBW”, which is different for each item.
        Nobody but you sees your maximum. Sellers cannot bid on their own items.
      </p>
      <p>
        More questions? <Link href="/contact">Contact us</Link>.
      </p>
    </article>
  );
}

function MaximumBids() {
  const { price, maximum, bid, answer } = maximumExample;
  return (
    <>
      <h2>Your maximum</h2>
      <p>
        Enter the most that you would pay. Gavel bids for you, only as much as is needed to lead, and never
        more than your maximum. If two people have the same maximum, the earlier one leads.
      </p>
      <p>
        Example: an item starts at {usd(price)}. Ann sets a maximum of {usd(maximum)} and leads at{' '}
        {usd(price)}. Bob bids {usd(bid)}. Gavel answers for Ann with one increment more: she leads at{' '}
        {usd(answer)}, and her maximum stays secret.
      </p>
      <p>
        You can also bid an exact amount. Then your bid is that amount at once, and nobody bids for you
        afterwards.
      </p>
    </>
  );
}

function Increments() {
  return (
    <>
      <h2>Increments</h2>
      <p>
        Each bid must be at least one increment above the current bid. The first bid must be at least the
        starting price. In US dollars the increments are as follows; above, they go on in the same rhythm, and
        other currencies have increments of about the same worth.
      </p>
      <table aria-label="Increments">
        <thead>
          <tr>
            <th scope="col">Current bid</th>
            <th scope="col">Increment</th>
          </tr>
        </thead>
        <tbody>
          {increments.map(({ from, below, increment }) => (
            <tr key={from}>
              <td className="number">
                {usd(from)} to {usd(below - 1n)}
              </td>
              <td className="number">{usd(increment)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
