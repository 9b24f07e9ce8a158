'use client';

import { errorText } from '../words/error-text.ts';

/**
 * Shown when a page failed unexpectedly. An error of the server has a digest, which is also in the log line of the error. An
 * error without one happened in the browser, and nobody has recorded it.
 */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <div role="alert">
      <h1>Something went wrong</h1>
      <p>{errorText(error.digest)} Please try again.</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </div>
  );
}
