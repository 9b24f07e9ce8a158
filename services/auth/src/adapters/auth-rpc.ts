import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ConnectRouter, HandlerContext } from '@connectrpc/connect';
import { AuthService } from '@gavel/proto/gen/auth/v1/auth_pb';
import { requireCaller } from '@gavel/service-runtime/caller';
import type { AddressClues } from '@gavel/service-runtime/client-address';
import { unwrap } from '@gavel/service-runtime/failure';
import { peerAddress } from '@gavel/service-runtime/peer';
import type { GetProfile } from '../application/get-profile.ts';
import type { LogIn } from '../application/log-in.ts';
import type { LogOut } from '../application/log-out.ts';
import type { AccessToken, Origin } from '../application/ports.ts';
import type { RefreshSession } from '../application/refresh-session.ts';
import type { RegisterAccount } from '../application/register-account.ts';
import { printable } from '../domain/person-details.ts';

export interface AuthUseCases {
  registerAccount: RegisterAccount;
  logIn: LogIn;
  refreshSession: RefreshSession;
  logOut: LogOut;
  getProfile: GetProfile;
}

/** auth.v1.AuthService: messages to commands, outcomes to messages or Connect errors. */
export function authRoutes(
  useCases: AuthUseCases,
  resolveAddress: (clues: AddressClues) => string | undefined,
) {
  const addressOf = (context: HandlerContext, claimed: string): string | undefined => {
    const forwardedFor = context.requestHeader.get('x-forwarded-for');
    return resolveAddress({ peer: peerAddress(context), claimed, forwardedFor });
  };
  return (router: ConnectRouter): void => {
    router.service(AuthService, {
      async register({ email, password, fullName, countryCode, phoneNumber }, context) {
        const details = { fullName, countryCode, phoneNumber };
        const address = addressOf(context, '');
        return unwrap(await useCases.registerAccount({ email, password, ...details, address }));
      },
      async login(request, context) {
        const { email, password, ipAddress } = request;
        const address = addressOf(context, ipAddress);
        return tokens(unwrap(await useCases.logIn({ email, password, address, origin: originOf(request) })));
      },
      async refresh({ refreshToken, ipAddress }, context) {
        const address = addressOf(context, ipAddress);
        return tokens(unwrap(await useCases.refreshSession({ refreshToken, address })));
      },
      async logout({ refreshToken }) {
        await useCases.logOut(refreshToken);
        return {};
      },
      async getProfile({ userId }, context) {
        const callerId = requireCaller(context).userId;
        const { createdAt, ...profile } = unwrap(await useCases.getProfile({ callerId, userId }));
        return { ...profile, createdAt: timestampFromDate(createdAt) };
      },
    });
  };
}

function tokens({ access, refreshToken }: { access: AccessToken; refreshToken: string }) {
  return { accessToken: access.token, refreshToken, expiresAt: timestampFromDate(access.expiresAt) };
}

function originOf(request: { ipAddress: string; userAgent: string }): Origin {
  return { ipAddress: printable(request.ipAddress), userAgent: printable(request.userAgent) };
}
