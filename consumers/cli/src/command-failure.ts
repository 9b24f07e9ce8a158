/** What the command line's exit codes mean. Scripts may rely on them. */
export const exitCode = {
  ok: 0,
  /** An unexpected error, or an event that could not be handled. */
  failure: 1,
  /** The command line was not understood. */
  usage: 2,
  /** Understood, and refused because it would lose or reorder something. */
  refused: 3,
  /** No such stream, group, dead letter or event. */
  notFound: 4,
  /** The broker or a database did not answer, or its address is unknown. */
  unreachable: 5,
  /** Done, and the answer shows something that needs attention. */
  problem: 6,
  /** Ctrl-C. */
  interrupted: 130,
  /** The reader of the output stopped reading: `gavel … | head`. */
  readerGone: 141,
} as const;

export type ExitReason = Exclude<keyof typeof exitCode, 'ok' | 'problem' | 'readerGone'>;

/** The exit codes in words: the last line of every `--help`. */
export const exitCodeHelp =
  'Exit codes: 0 done, 1 failed, 2 not understood, 3 refused, 4 not found, 5 unreachable, 6 done and found a problem, 130 interrupted, 141 the reader of the output is gone';

/** A command could not be carried out, for a reason that the user can do something about. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly reason: ExitReason;
  /** What the user can do next, in one line. */
  readonly wayOut: string | undefined;

  constructor(reason: ExitReason, message: string, wayOut?: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.wayOut = wayOut;
  }
}
