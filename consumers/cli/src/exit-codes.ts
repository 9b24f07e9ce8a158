/** What the command line's exit codes mean; scripts may rely on them. */
export const exitCode = {
  ok: 0,
  /** Something went wrong that nobody foresaw, or an event could not be handled. */
  failure: 1,
  /** The command was not understood. */
  usage: 2,
  /** Understood, and refused because it would break a promise. */
  refused: 3,
  /** No such stream, group, letter, event. */
  notFound: 4,
  /** Broker or database did not answer, or nobody said where they are. */
  unreachable: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitReason = Exclude<keyof typeof exitCode, 'ok'>;

/** The same for people: the end of every `--help`. */
export const exitCodeHelp = `Exit codes: 0 done, 1 failed, 2 not understood, 3 refused, 4 not found, 5 unreachable, 130 interrupted`;
