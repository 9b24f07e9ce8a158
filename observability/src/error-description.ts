/** An error as a log line shows it. */
export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
  code?: string;
  /** Postgres names the broken constraint; its `detail` holds row values and is left out. */
  constraint?: string;
  cause?: ErrorDescription;
  errors?: ErrorDescription[];
}

const deepestCause = 8;

/**
 * Describes an error with its chain of causes. Only these fields are taken: libraries hang requests, headers and row
 * values on their errors, and none of that may reach a log.
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
