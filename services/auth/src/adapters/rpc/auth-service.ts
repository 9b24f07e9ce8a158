import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import type { AddressClues } from '@gavel/service-runtime/client-address';
import { peerAddress } from '@gavel/service-runtime/client-address';
import { unwrap } from '@gavel/service-runtime/failure';
import { getProfile, registerAccount } from '../../application/accounts.ts';
import type { AuthPorts, Origin } from '../../application/ports.ts';
import { logIn, logOut, refreshSession, type Tokens } from '../../application/sessions.ts';
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
      const { email, password, ipAddress } = request;
      const address = addressOf(context, ipAddress);
      return toMessage(unwrap(await logIn(ports, { email, password, address, origin: originOf(request) })));
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
  };
}

function toMessage({ access, refreshToken }: Tokens) {
  return { accessToken: access.token, refreshToken, expiresAt: timestampFromDate(access.expiresAt) };
}

function originOf(request: { ipAddress: string; userAgent: string }): Origin {
  return { ipAddress: printable(request.ipAddress), userAgent: printable(request.userAgent) };
}
