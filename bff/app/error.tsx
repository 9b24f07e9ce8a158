'use client';

/** Stands where a page failed in a way that nobody foresaw. The digest finds the log line. */
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
      <p>It has been recorded{error.digest && ` as ${error.digest}`}. You can try again.</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </div>
  );
}
