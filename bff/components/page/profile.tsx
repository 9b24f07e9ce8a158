import type { GetProfileResponse } from '@gavel/proto/gen/auth/v1/auth_pb';
import type { CallOutcome } from '../../server/rpc/call-failure.ts';
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
