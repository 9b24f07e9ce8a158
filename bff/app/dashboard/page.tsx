import type { Metadata } from 'next';
import { Profile, Statistics } from '../../components/page/dashboard.tsx';
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
