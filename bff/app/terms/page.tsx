import type { Metadata } from 'next';
import Link from 'next/link';

export const metadata: Metadata = {
  title: 'Terms',
  description: 'What bidders and sellers agree to when they use Gavel.',
};

export default function TermsPage() {
  return (
    <article className="prose">
      <h1>Terms</h1>
      <p>These terms say what bidders and sellers may expect from each other and from this site.</p>
      <h2>Accounts</h2>
      <ul>
        <li>
          One person, one account. Keep your password to yourself: what happens with it counts as yours.
        </li>
        <li>
          Give a name and an e-mail address that are yours, so that buyer and seller can agree on payment and
          delivery.
        </li>
      </ul>
      <h2>Bidding and buying</h2>
      <ul>
        <li>A bid, a maximum and a purchase are binding and cannot be taken back.</li>
        <li>
          The item is sold at its end to the highest bidder if the reserve price is met, or at once to whoever
          buys it at its buy-now price.
        </li>
        <li>The price is the last bid that the item’s page shows. Gavel adds no fee to it.</li>
        <li>The clock of the database decides whether a bid was in time, not the one of your device.</li>
        <li>
          The rules of bids, increments and ends are on the page <Link href="/help">How bidding works</Link>.
        </li>
      </ul>
      <h2>Selling</h2>
      <ul>
        <li>Sell only what is yours and may be sold, and describe it as it is, with its faults.</li>
        <li>You may change or cancel an item until its first bid. Afterwards its terms stand.</li>
        <li>Do not bid on your own items, yourself or through others.</li>
      </ul>
      <h2>What this site does</h2>
      <ul>
        <li>
          Gavel runs the auction, keeps its record and tells both sides the result. The sale is between buyer
          and seller.
        </li>
        <li>
          Each accepted bid is recorded before it is answered. If an answer is lost, your page asks again and
          does not bid twice.
        </li>
      </ul>
    </article>
  );
}
