/** An error as it appears in a log line. */
export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
  code?: string;
  /** The violated constraint of a Postgres error. Its `detail` is left out, because it contains values of rows. */
  constraint?: string;
  cause?: ErrorDescription;
  errors?: ErrorDescription[];
}

const deepestCause = 8;

/**
 * Describes an error with its chain of causes. It takes only these fields, because libraries add requests, headers and values of
 * rows to their errors, which must not be logged.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  const deeper = depth < deepestCause;
  return {
    type: error.name,
    message: error.message,
    ...(error.stack && { stack: error.stack }),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(deeper && error.cause !== undefined && { cause: describeError(error.cause, depth + 1) }),
    ...(deeper &&
      error instanceof AggregateError && {
        errors: error.errors.map((each: unknown) => describeError(each, depth + 1)),
      }),
  };
}
