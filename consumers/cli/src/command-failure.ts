import type { ExitReason } from './exit-codes.ts';

/** A command could not do what was asked, for a reason that a person can do something about. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly reason: ExitReason;
  /** What to do now, one line. */
  readonly wayOut: string | undefined;

  constructor(reason: ExitReason, message: string, wayOut?: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.wayOut = wayOut;
  }
}
