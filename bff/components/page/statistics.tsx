import type { UserStats } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import { decimalOf } from '../../server/money/format-money.ts';
import { instantText } from '../../server/pages/times.ts';
import type { CallOutcome } from '../../server/rpc/call-failure.ts';
import { FailureNotice } from './notice.tsx';

/** A person's totals, as the projection has folded them so far. */
export function Statistics({ statistics }: { statistics: CallOutcome<UserStats | undefined> }) {
  if (!statistics.ok) return <FailureNotice failure={statistics} path="/dashboard" />;
  const { totalBids = 0n, totalAmount = 0n, lastUpdatedAt = '' } = statistics.value ?? {};
  return (
    <section aria-label="My statistics">
      <h2>My statistics</h2>
      <dl className="totals">
        <div>
          <dt>Bids</dt>
          <dd data-testid="total-bids">{totalBids.toString()}</dd>
        </div>
        <div>
          <dt>Sum of bids</dt>
          {/* The contract adds minor units up whatever their currency; two decimals are right for most. */}
          <dd data-testid="total-amount">{decimalOf(totalAmount, 'USD')}</dd>
        </div>
        <div>
          <dt>Last bid</dt>
          <dd data-testid="last-bid">{lastUpdatedAt ? instantText(lastUpdatedAt) : 'None yet'}</dd>
        </div>
      </dl>
      <p className="hint">
        Bids in all currencies together. A new bid shows up here a moment after it was accepted.
      </p>
    </section>
  );
}
