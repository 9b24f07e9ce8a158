import type { Metadata } from 'next';
import { Profile } from '../../components/page/profile.tsx';
import { Statistics } from '../../components/page/statistics.tsx';
import { ownProfile, ownStatistics } from '../../server/pages/dashboard-page.ts';
import { requireSession } from '../../server/session/read-session.ts';

export const metadata: Metadata = { title: 'Dashboard' };

export default async function DashboardPage() {
  const session = await requireSession('/dashboard');
  if (session.kind !== 'signed-in') return <h1>Dashboard</h1>;
  const [profile, statistics] = await Promise.all([ownProfile(session), ownStatistics(session)]);
  return (
    <>
      <h1>Dashboard</h1>
      <Profile profile={profile} />
      <Statistics statistics={statistics} />
    </>
  );
}
