import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import type { AddressClues } from '@gavel/service-runtime/client-address';
import { peerAddress } from '@gavel/service-runtime/client-address';
import { unwrap } from '@gavel/service-runtime/failure';
import { getProfile, registerAccount } from '../../application/accounts.ts';
import { requestEmailChange } from '../../application/email-change.ts';
import { requestEmailVerification, verifyEmail } from '../../application/email-verification.ts';
import { requestPasswordReset, resetPassword } from '../../application/password-reset.ts';
import { changePassword } from '../../application/passwords.ts';
import type { AuthPorts, ListedSession, Origin } from '../../application/ports.ts';
import {
  completeLogIn,
  listSessions,
  logIn,
  logOut,
  refreshSession,
  revokeSession,
  type SignInTokens,
  type Tokens,
} from '../../application/sessions.ts';
import { disableTwoFactor, enableTwoFactor, startTwoFactor } from '../../application/two-factor.ts';
import { printable } from '../../domain/person-details.ts';

/** auth.v1.AuthService: each method reads the request, runs one use case and builds the response. */
export function createAuthService(
  ports: AuthPorts,
  resolveAddress: (clues: AddressClues) => string | undefined,
): ServiceImpl<typeof AuthService> {
  const addressOf = (context: HandlerContext, claimed: string): string | undefined => {
    const forwardedFor = context.requestHeader.get('x-forwarded-for');
    return resolveAddress({ peer: peerAddress(context), claimed, forwardedFor });
  };
  return {
    async register({ email, password, fullName, countryCode, phoneNumber }, context) {
      const details = { fullName, countryCode, phoneNumber };
      const address = addressOf(context, '');
      return unwrap(await registerAccount(ports, { email, password, ...details, address }));
    },
    async login(request, context) {
      const { email, password, ipAddress, replacedRefreshToken, deviceToken } = request;
      const from = { address: addressOf(context, ipAddress), origin: originOf(request) };
      const input = { email, password, ...from, replacedToken: replacedRefreshToken, deviceToken };
      return toSignInMessage(unwrap(await logIn(ports, input)));
    },
    async completeLogin(request, context) {
      const { challenge, code, ipAddress, replacedRefreshToken: replacedToken, deviceToken } = request;
      const from = { address: addressOf(context, ipAddress), origin: originOf(request) };
      const input = { challenge, code, ...from, replacedToken, deviceToken };
      return toSignInMessage(unwrap(await completeLogIn(ports, input)));
    },
    async startTwoFactor({ currentPassword }, context) {
      const own = { userId: requireCaller(context).userId, currentPassword, address: addressOf(context, '') };
      return unwrap(await startTwoFactor(ports, own));
    },
    async enableTwoFactor({ code }, context) {
      return unwrap(await enableTwoFactor(ports, { userId: requireCaller(context).userId, code }));
    },
    async disableTwoFactor({ currentPassword, code }, context) {
      const own = { userId: requireCaller(context).userId, currentPassword, address: addressOf(context, '') };
      unwrap(await disableTwoFactor(ports, { ...own, code }));
      return {};
    },
    async refresh({ refreshToken, ipAddress }, context) {
      const address = addressOf(context, ipAddress);
      return toMessage(unwrap(await refreshSession(ports, { refreshToken, address })));
    },
    async logout({ refreshToken }) {
      await logOut(ports, { refreshToken });
      return {};
    },
    async getProfile({ userId }, context) {
      const callerId = requireCaller(context).userId;
      const { createdAt, ...profile } = unwrap(await getProfile(ports, { callerId, userId }));
      return { ...profile, createdAt: timestampFromDate(createdAt) };
    },
    async changePassword({ currentPassword, newPassword }, context) {
      const caller = requireCaller(context);
      const address = addressOf(context, '');
      unwrap(await changePassword(ports, { caller, currentPassword, newPassword, address }));
      return {};
    },
    async requestPasswordReset({ email, ipAddress }, context) {
      unwrap(await requestPasswordReset(ports, { email, address: addressOf(context, ipAddress) }));
      return {};
    },
    async resetPassword({ token, newPassword, ipAddress }, context) {
      unwrap(await resetPassword(ports, { token, newPassword, address: addressOf(context, ipAddress) }));
      return {};
    },
    async verifyEmail({ token, ipAddress }, context) {
      unwrap(await verifyEmail(ports, { token, address: addressOf(context, ipAddress) }));
      return {};
    },
    async requestEmailVerification(_, context) {
      unwrap(await requestEmailVerification(ports, requireCaller(context).userId));
      return {};
    },
    async requestEmailChange({ currentPassword, newEmail }, context) {
      const { userId } = requireCaller(context);
      const address = addressOf(context, '');
      unwrap(await requestEmailChange(ports, { userId, currentPassword, newEmail, address }));
      return {};
    },
    async listSessions(_, context) {
      const caller = requireCaller(context);
      const sessions = await listSessions(ports, caller.userId);
      return { sessions: sessions.map((session) => toSession(session, caller.sessionId)) };
    },
    async revokeSession({ sessionId }, context) {
      unwrap(await revokeSession(ports, { userId: requireCaller(context).userId, sessionId }));
      return {};
    },
    async revokeAllSessions(_, context) {
      await ports.sessions.revokeAll(requireCaller(context).userId);
      return {};
    },
  };
}

function toMessage({ access, refreshToken }: Tokens) {
  return { accessToken: access.token, refreshToken, expiresAt: timestampFromDate(access.expiresAt) };
}

function toSignInMessage({ deviceToken, ...tokens }: SignInTokens) {
  return { ...toMessage(tokens), deviceToken };
}

function toSession({ createdAt, lastUsedAt, ...session }: ListedSession, current: string | undefined) {
  const times = { createdAt: timestampFromDate(createdAt), lastUsedAt: timestampFromDate(lastUsedAt) };
  return { ...session, ...times, current: session.id === current };
}

function originOf(request: { ipAddress: string; userAgent: string }): Origin {
  return { ipAddress: printable(request.ipAddress), userAgent: printable(request.userAgent) };
}
