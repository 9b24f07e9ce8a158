import type { GetProfileResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import type { UserStats } from '@gavel/proto/gen/userstats/v1/user_stats_pb';
import type { Metadata } from 'next';
import { LocalTime } from '../../components/live/local-time.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { formatMoney } from '../../model/money.ts';
import { myProfile, myStatistics } from '../../server/reads/my-account.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'Dashboard' };

export default async function DashboardPage() {
  const session = await requireSession('/dashboard');
  if (session.kind !== 'signed-in') return <h1>Dashboard</h1>;
  const [profile, statistics] = await Promise.all([myProfile(session), myStatistics(session)]);
  return (
    <>
      <h1>Dashboard</h1>
      <Profile profile={profile} />
      <Statistics statistics={statistics} />
    </>
  );
}

/** Whose dashboard it is. */
function Profile({ profile }: { profile: CallOutcome<GetProfileResponse> }) {
  if (!profile.ok) return <FailureNotice failure={profile} path="/dashboard" />;
  return (
    <p>
      Signed in as{' '}
      <strong data-testid="profile-name">
        <bdi>{profile.value.fullName}</bdi>
      </strong>
      , <bdi>{profile.value.email}</bdi>
    </p>
  );
}

/** A person's totals, from the bids that the projection has processed. */
function Statistics({ statistics }: { statistics: CallOutcome<UserStats | undefined> }) {
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
          <dd data-testid="last-bid">{lastUpdatedAt ? <LocalTime iso={lastUpdatedAt} /> : 'None yet'}</dd>
        </div>
      </dl>
      <p className="hint">A new bid appears here after a moment.</p>
    </section>
  );
}
