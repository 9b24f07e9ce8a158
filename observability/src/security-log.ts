import type { DestinationStream } from 'pino';
import { createLogger } from './logger.ts';

/**
 * Everything that the security log has a line for, and its level. `security-log.md` is the inventory for operators; a test compares
 * the two.
 */
export const securityEvents = {
  signed_in: 'info',
  sign_in_failed: 'warn',
  sign_in_locked: 'warn',
  signed_out: 'info',
  session_revoked: 'info',
  token_reused: 'warn',
  token_refused: 'warn',
  password_changed: 'info',
  two_factor_changed: 'info',
  password_reset_requested: 'info',
  password_reset: 'info',
  access_denied: 'warn',
  limit_hit: 'warn',
  origin_refused: 'warn',
  request_refused: 'warn',
} as const;

export type SecurityEvent = keyof typeof securityEvents;

export interface SecurityNote {
  /** The account that is known to act. Never an e-mail address. */
  readonly userId?: string | undefined;
  /** The client's address, if it is known. */
  readonly address?: string | undefined;
  /** `package.Service/Method`, or the HTTP method. */
  readonly method?: string | undefined;
  /** The reason of the contracts, or the HTTP status. */
  readonly reason?: string | undefined;
}

/** Writes one line. */
export type SecurityLog = (event: SecurityEvent, note: SecurityNote) => void;

/** The security log of this process: lines of the logger `security` on stdout. */
export function createSecurityLog(destination?: DestinationStream): SecurityLog {
  const log = createLogger('security', destination);
  return (event, { userId, address, method, reason }) => {
    const fields = { event, user_id: userId, client_address: address, method, reason };
    log[securityEvents[event]](fields, event.replaceAll('_', ' '));
  };
}
