/** Every way in which a start can fail that a person can do something about. */
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
  | 'lock-held';

/**
 * A failure with its way out. The command line prints `message`, then `log` (the last lines of the log that
 * belongs to it), then `wayOut`, and no stack.
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
