/** The kinds of failures that the user can correct. */
export type LaunchErrorCode =
  | 'bad-config'
  | 'provider-not-available'
  | 'missing-binary'
  | 'install-failed'
  | 'port-busy'
  | 'data-incompatible'
  | 'server-died'
  | 'server-not-ready'
  | 'command-failed'
  | 'unknown-process'
  | 'lock-held';

/**
 * A failure that the user can correct. The make targets print `message`, then `log` (the last lines of the log that explains
 * it), then `wayOut` (what to do), and no stack.
 */
export class LaunchError extends Error {
  readonly code: LaunchErrorCode;
  readonly wayOut: string;
  readonly log: string | undefined;

  constructor(
    code: LaunchErrorCode,
    message: string,
    details: { wayOut: string; log?: string; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.name = 'LaunchError';
    this.code = code;
    this.wayOut = details.wayOut;
    this.log = details.log;
  }
}
