import type { GetProfileResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import type { UserStats } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { formatMoney } from '../../model/money.ts';
import { instantText } from '../../words/times.ts';
import { FailureNotice } from './notice.tsx';

/** Whose dashboard it is. */
export function Profile({ profile }: { profile: CallOutcome<GetProfileResponse> }) {
  if (!profile.ok) return <FailureNotice failure={profile} path="/dashboard" />;
  return (
    <p>
      Signed in as <strong data-testid="profile-name">{profile.value.fullName}</strong> ({profile.value.email}
      )
    </p>
  );
}

/** A person's totals, from the bids that the projection has processed. */
export function Statistics({ statistics }: { statistics: CallOutcome<UserStats | undefined> }) {
  if (!statistics.ok) return <FailureNotice failure={statistics} path="/dashboard" />;
  const { totalBids = 0n, totals = [], lastUpdatedAt = '' } = statistics.value ?? {};
  return (
    <section aria-label="My statistics">
      <h2>My statistics</h2>
      <dl className="totals">
        <div>
          <dt>Bids</dt>
          <dd data-testid="total-bids">{totalBids.toString()}</dd>
        </div>
        {totals.map(({ currency, amount }) => (
          <div key={currency}>
            <dt>Total in {currency}</dt>
            <dd data-testid={`total-amount-${currency}`}>{formatMoney(amount, currency)}</dd>
          </div>
        ))}
        <div>
          <dt>Last bid</dt>
          <dd data-testid="last-bid">{lastUpdatedAt ? instantText(lastUpdatedAt) : 'None yet'}</dd>
        </div>
      </dl>
      <p className="hint">A new bid appears here after a moment.</p>
    </section>
  );
}
