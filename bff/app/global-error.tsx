'use client';

/** Shown when the layout around the pages failed. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <h1>Something went wrong</h1>
        <p>
          We have recorded the problem{error.digest && ` (reference ${error.digest})`}. Please reload the page
          in a moment.
        </p>
      </body>
    </html>
  );
}
