'use client';

/** Shown when a page failed unexpectedly. The digest is also in the log line of the error. */
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
      <p>We have recorded the problem{error.digest && ` (reference ${error.digest})`}. Please try again.</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </div>
  );
}
