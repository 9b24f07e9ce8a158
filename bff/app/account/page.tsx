import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Session } from '@gavel/proto/gen/auth/v1/auth_pb';
import type { Metadata } from 'next';
import {
  ChangeEmailForm,
  ChangePasswordForm,
  ResendVerificationForm,
  SignOutDeviceForm,
  SignOutEverywhereForm,
} from '../../components/forms/account-settings-forms.tsx';
import { TwoFactorForm } from '../../components/forms/two-factor-form.tsx';
import { LocalTime } from '../../components/live/local-time.tsx';
import { FailureNotice } from '../../components/page/notice.tsx';
import type { CallOutcome } from '../../model/call-outcome.ts';
import { myProfile, mySessions } from '../../server/reads/my-account.ts';
import { requireSession } from '../../server/session/read-session.ts';
import { readAccessToken } from '../../server/session/session.ts';
import { deviceText } from '../../words/device-words.ts';

const path = '/account';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage() {
  const session = await requireSession(path);
  if (session.kind !== 'signed-in') return <h1>Account</h1>;
  const [profile, sessions] = await Promise.all([myProfile(session), mySessions(session)]);
  return (
    <>
      <h1>Account</h1>
      {profile.ok ? (
        <>
          <p>
            <bdi>{profile.value.fullName}</bdi>, <bdi>{profile.value.email}</bdi>
          </p>
          <div className="settings">
            <section aria-label="E-mail address" className="panel">
              <h2>E-mail address</h2>
              {profile.value.emailVerified ? (
                <p>
                  <bdi>{profile.value.email}</bdi> is confirmed.
                </p>
              ) : (
                <UnverifiedAddress
                  mustConfirm={readAccessToken(session.accessToken)?.emailUnverified ?? false}
                />
              )}
              <ChangeEmailForm />
            </section>
            <section aria-label="Password" className="panel">
              <h2>Password</h2>
              <ChangePasswordForm email={profile.value.email} />
            </section>
            <section aria-label="Two-factor sign-in" className="panel">
              <h2>Two-factor sign-in</h2>
              <p>
                {profile.value.twoFactor
                  ? `Signing in needs a code of your authenticator app. You have ${profile.value.recoveryCodesLeft} recovery codes left.`
                  : 'A code of an authenticator app protects your account even if somebody knows your password.'}
              </p>
              <TwoFactorForm isOn={profile.value.twoFactor} />
            </section>
          </div>
        </>
      ) : (
        <FailureNotice failure={profile} path={path} />
      )}
      <Devices sessions={sessions} />
      <section aria-label="Your data">
        <h2>Your data</h2>
        <p>
          <a href="/account/export" download>
            Download everything that Gavel stores about you
          </a>{' '}
          (JSON).
        </p>
      </section>
    </>
  );
}

function UnverifiedAddress({ mustConfirm }: { mustConfirm: boolean }) {
  return (
    <>
      <p>
        We have sent you a mail with a link to confirm your e-mail address.{' '}
        {mustConfirm
          ? 'You can bid and sell once you have opened it.'
          : 'Until you open it, we send you no other mails.'}
      </p>
      <ResendVerificationForm />
    </>
  );
}

/** Where the person is signed in. */
function Devices({ sessions }: { sessions: CallOutcome<Session[]> }) {
  return (
    <section aria-label="Devices">
      <h2>Where you are signed in</h2>
      {sessions.ok ? (
        <>
          <ul className="listings" aria-label="Devices">
            {sessions.value.map((session) => (
              <DeviceRow key={session.id} session={session} />
            ))}
          </ul>
          <SignOutEverywhereForm />
        </>
      ) : (
        <FailureNotice failure={sessions} path={path} />
      )}
    </section>
  );
}

function DeviceRow({ session }: { session: Session }) {
  const { id, createdAt, lastUsedAt, ipAddress, userAgent, current } = session;
  const device = deviceText(userAgent);
  return (
    <li className="listing">
      <div>
        <h3>
          <bdi title={userAgent}>{device}</bdi>
          {current && ' (this device)'}
        </h3>
        <p className="hint">
          {ipAddress && `${ipAddress} · `}
          Signed in {createdAt && <LocalTime iso={timestampDate(createdAt).toISOString()} />} · Last active{' '}
          {lastUsedAt && <LocalTime iso={timestampDate(lastUsedAt).toISOString()} />}
        </p>
      </div>
      {!current && <SignOutDeviceForm sessionId={id} device={device} />}
    </li>
  );
}
